"""What may become of a payment: its moves, what a buyer does, what a merchant does with the money, what time brings."""
