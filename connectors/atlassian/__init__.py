"""What the connector of Atlassian Goals is made of."""
