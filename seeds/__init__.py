"""A small town to develop in: made-up people in Jing'an, planted by saying what people would say.

`python -m seeds family` plants one center with its cast, `town` all fourteen streets, `district`
fills the tables behind them with the rows of a whole district. Planting twice changes nothing.
"""
