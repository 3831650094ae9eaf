"""What the verifier keeps: sign-ins under way, codes, acceptances, requests."""
