"""What the connector of Google Sheets is made of."""
