"""What a person looks at: charts, tables and pages made from the results of a study."""
