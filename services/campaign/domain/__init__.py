"""The rules of campaigns, coupons and the vulnerability guard."""
