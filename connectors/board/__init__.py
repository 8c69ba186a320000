"""How WorkBoard is asked, whose lists come in several shapes."""
