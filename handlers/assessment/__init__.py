"""What an assessment (ITA) asks of an office: items and elements as data, by year and kind of agency."""
