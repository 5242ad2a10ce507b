"""What officers write down for others: slips, by which these make a tracking code of their own."""
