"""The blind store: keeps sealed things by opaque address and can open none of them."""
