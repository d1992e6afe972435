"""How the weights of the second opinion are learned."""
