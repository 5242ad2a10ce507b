"""What files a desk takes as evidence."""
