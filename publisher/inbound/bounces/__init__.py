"""Reports of mail servers: bounces and complaints, and the rules by which they count."""
