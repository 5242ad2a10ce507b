"""Images: charts, QR codes, sanitized evidence, and pictures hosted for a short time."""
