"""Reports of mail servers: bounces and complaints, and the rules that classify them."""
