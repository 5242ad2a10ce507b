"""Reports of one matter: what is stored of them."""
