"""The ledger: frozen issues, their deliveries, and every move of a delivery."""
