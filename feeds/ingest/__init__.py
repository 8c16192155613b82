"""Coming in: bytes of partners and of pasted pages to values. `fetch` alone touches the network."""
