"""Images: charts, QR codes, sanitised evidence, pictures hosted for a short time."""
