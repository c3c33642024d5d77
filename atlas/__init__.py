"""Siyang Town Hazard Atlas (思旸镇安全隐患一张图): a township's hazards from click to closing."""
