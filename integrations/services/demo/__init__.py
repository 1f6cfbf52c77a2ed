"""The demo organization: who works there, what they plan, measure, test and launch. No business rule stands here.

What is told lies in `content/`; the modules beside it, one a subject, turn it into rows through the apps' services.
"""
