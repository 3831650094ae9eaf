"""What must hold: the policy model, its data and the record formats every part shares."""
