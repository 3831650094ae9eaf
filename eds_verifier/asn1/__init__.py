"""ASN.1: identifiers, bounded BER, keys and extensions as they stand in certificates."""
