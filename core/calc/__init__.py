"""Pure maths that more than one app needs; business formulas stay in their own app's calc package."""
