"""What websites and services call for a visitor: a variant, an event, the flags, attributes.

    POST /experiment/query   {key, experiment_key, distinct_id}     -> {"version": "Variant 1"}, or null
    POST /experiment/event   {key, name, distinct_id, properties}   -> recorded
    POST /feature-flag       {key, user_id}                         -> ["new-checkout"]
    POST /track/{key}        {id, plan: "pro", ...}                 -> attributes of the visitor

`key` is the project key, which every visitor of a website can read: these paths take no API key, and
pages of any origin may call them.
"""
