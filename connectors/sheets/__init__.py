"""How the rows of a table become items: shared by the connectors that read spreadsheets."""
