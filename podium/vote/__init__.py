"""From members to one prediction: voters, calibration, what each member adds."""
