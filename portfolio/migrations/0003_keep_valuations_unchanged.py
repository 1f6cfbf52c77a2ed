from django.db import migrations

CREATE = """
CREATE FUNCTION portfolio_refuse_valuation_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a valuation is never changed; a new one is computed';
END
$$;
CREATE TRIGGER refuse_change BEFORE UPDATE ON portfolio_valuation
    FOR EACH ROW EXECUTE FUNCTION portfolio_refuse_valuation_change();
"""
DROP = """
DROP TRIGGER refuse_change ON portfolio_valuation;
DROP FUNCTION portfolio_refuse_valuation_change();
"""


class Migration(migrations.Migration):

    dependencies = [("portfolio", "0002_add_business_cases_and_kpis")]

    operations = [migrations.RunSQL(CREATE, DROP)]
