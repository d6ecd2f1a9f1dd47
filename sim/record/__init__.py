"""What was observed: plain tables, and the KPIs made from them. Knows no model."""
