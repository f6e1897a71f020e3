"""The fields of a paper as people label them: words, labelled text, and the paper made of them."""
