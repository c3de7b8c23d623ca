"""The names of columns that accounting and invoicing software writes, in French and English, and the fields that they become."""

from __future__ import annotations

from typing import Final

#: What a column may become; the screen offers these, and a mapping may name no other.
FIELDS: Final = (
    "number",
    "partner_id",
    "partner_name",
    "issue",
    "due",
    "amount",
    "net",
    "vat",
    "vat_rate",
    "paid",
    "paid_amount",
    "open",
    "debit",
    "credit",
    "direction",
    "currency",
    "type",
    "status",
    "disputed",
    "terms",
    "entity",
    "delivery",
    "remittance",
    "assigned",
    "credits",
    "on_receipt",
    "quantity",
    "unit_price",
    "line_total",
    "item",
    "label",
    "counterparty",
    "account",
    "account_name",
    "journal",
    "lettering",
    "value_day",
    "segment",
    "country",
    "vat_number",
    "method",
    "bank_reference",
)
#: Fields that hold a day, an amount.
DAY_FIELDS: Final = frozenset({"issue", "due", "paid", "delivery", "remittance", "assigned", "value_day"})
AMOUNT_FIELDS: Final = frozenset(
    {"amount", "net", "vat", "paid_amount", "open", "debit", "credit", "unit_price", "line_total"}
)

#: Phrases per field, the surest first, as `normalise` leaves them. A phrase may stand under several fields; then what the
#: column holds decides.
PHRASES: Final[dict[str, str]] = {
    "number": (
        "numero de facture|numero facture|n de facture|n facture|no facture|num facture|nr facture|facture n|facture numero|"
        "facture no|invoice number|invoice no|invoice num|invoice nr|invoice id|invoice n|invoice ref|invoice reference|"
        "bill number|bill no|id facture|ref facture|reference facture|facture|invoice|credit note number|"
        "numero de document|numero document|n document|no document|document number|document no|doc number|doc no|doc num|"
        "doc id|document id|document|numero piece|numero de piece|n piece|n de piece|no piece|num piece|piece|ref piece|piece ref|"
        "reference piece|piece comptable|pi ce|transaction number|transaction no|transaction id|voucher number|voucher|"
        "payment number|payment reference|numero|number|num|n|no|nr|reference|ref|ref interne|reference interne|"
        "invoice or credit note number|memo description|details|move name|entry number"
    ),
    "partner_id": (
        "code client|code tiers|code fournisseur|code partenaire|code auxiliaire|compte client|compte fournisseur|"
        "compte tiers|compte auxiliaire|compte aux|compaux num|comp aux num|compauxnum|auxiliaire|n client|numero client|no client|"
        "num client|n fournisseur|numero fournisseur|n tiers|numero tiers|id client|id tiers|id fournisseur|client id|"
        "customer id|customer number|customer no|customer num|customer code|customer account|cust number|cust no|cust id|"
        "cust num|supplier id|supplier number|supplier code|supplier no|supplier account|vendor id|vendor number|vendor code|"
        "vendor no|vendor account|partner id|partner code|debtor id|debtor number|debtor code|creditor id|account code|"
        "contact id|contact code|code|account number|account no|tiers|compte|account"
    ),
    "partner_name": (
        "nom du client|nom client|nom du tiers|nom tiers|nom du fournisseur|nom fournisseur|raison sociale|"
        "intitule tiers|intitule du tiers|intitule client|intitule compte|intitule du compte|libelle tiers|libelle client|libelle compte|"
        "libelle du compte|compaux lib|comp aux lib|compauxlib|customer name|client name|supplier name|vendor name|contact name|"
        "partner name|debtor name|creditor name|company name|account name|invoice partner display name|display name|"
        "customer full name|vendor display name|client|customer|fournisseur|supplier|vendor|payee|beneficiary|beneficiaire|"
        "contact|partner|partenaire|debiteur|debtor|creancier|creditor|merchant|company|societe cliente|tiers|nom|intitule|name|"
        "supplier merchant|beneficiary name|payee name|account holder"
    ),
    "issue": (
        "date de facture|date de la facture|date facture|date de facturation|date facturation|facture du|date d emission|"
        "date emission|emise le|emission|invoice date|bill date|invoice bill date|issue date|issued on|issued|date issued|"
        "date of invoice|date of issue|invoice issue date|document date|doc date|document create date|date du document|date document|"
        "date de piece|date piece|piece date|piecedate|date de la piece|date ecriture|ecriture date|date d ecriture|"
        "transaction date|txn date|posting date|baseline create date|baseline date|date comptable|date operation|date d operation|"
        "date de l operation|"
        "booking date|completed date|date completed|booked on|started date|date|jour|le|created|created on|creation date|date de creation|invoice created"
    ),
    "due": (
        "date d echeance|date echeance|date de l echeance|echeance le|echeance|due date|net due date|invoice due date|payment due date|"
        "date due|due on|due in date|due|date limite de paiement|date limite de reglement|date limite|a payer avant le|"
        "a payer avant|payer avant|payable le|exigible le|date d exigibilite|date exigibilite|payment due|maturity|maturity date|"
        "date reglement prevue|date de reglement prevue|dt echeance|dt ech|date ech|ech"
    ),
    "amount": (
        "montant ttc|total ttc|prix ttc|prix total ttc|montant total ttc|ttc|net a payer|net a payer ttc|montant de la facture|"
        "montant facture|total facture|facture ttc|invoice amount|invoice total|total invoice amount|bill amount|"
        "amount incl vat|amount incl tax|amount including vat|amount including tax|amount inc vat|gross amount|gross|"
        "total incl vat|total incl tax|total inc vat|total including tax|total with tax|total amount|total open amount|"
        "montant total|montant original|original amount|montant initial|amount original|prix paye ttc|montant en devise|"
        "montant|amount|amt|total in currency signed|total signed|total|total in currency|valeur|value|somme|sum|"
        "amount in eur|amount in gbp|amount in usd|montant eur|montant en euros|montant en eur|amount eur|amount gbp|amount usd|"
        "foreign amount|home amount|transaction amount|payment amount|amount paid"
    ),
    "net": (
        "montant ht|total ht|prix total ht|prix ht|ht|montant hors taxe|montant hors taxes|hors taxe|net amount|amount net|amount excl vat|"
        "amount ex vat|amount excl tax|amount excluding vat|amount excluding tax|total excl vat|total excl tax|"
        "untaxed amount|untaxed amount signed|tax excluded|sub total|subtotal|net|net total|net value|amount net of vat|"
        "net of vat|invoice line value net of vat|amount exc vat|net invoice amount|value excl vat"
    ),
    "vat": (
        "montant tva|total tva|tva|montant de la tva|vat amount|vat|tax amount|tax total|total tax|taxes|tax|amount tax|"
        "irrecoverable vat|tax signed|tax in currency signed"
    ),
    "vat_rate": "taux tva|taux de tva|tva taux|tva pourcent|taux|vat rate|tax rate|vat percent|tax percent|percent tva",
    "paid": (
        "date de paiement|date paiement|date du paiement|date de reglement|date reglement|date du reglement|date d encaissement|"
        "date encaissement|paye le|payee le|regle le|reglee le|encaisse le|paid date|date paid|payment date|paid on|date of payment|"
        "settled date|settlement date|date settled|clear date|cleared date|clearing date|last payment date|date lettrage|"
        "fully paid on date|payment received|received on|paid"
    ),
    "paid_amount": (
        "montant paye|montant regle|montant encaisse|deja paye|deja regle|paye|regle|encaisse|reglements|total regle|"
        "amount paid|paid amount|paid to date|invoice amount paid|total paid|payments|payments received|payment received|paid|acompte|"
        "acomptes|deposit|montant acompte"
    ),
    "open": (
        "reste a payer|reste a regler|reste du|restant du|restant a payer|reste|montant du|montant restant|montant restant du|"
        "solde du|solde a payer|solde restant|solde ttc|solde facture|solde client|solde|non regle|a regler|a payer|impaye|open balance|"
        "open amount|amount due|balance due|amount due signed|amount due in currency|outstanding|outstanding amount|"
        "amount outstanding|invoice amount due|due amount|remaining|remaining amount|residual|residual amount|amount residual|"
        "balance|foreign balance|home balance|total due|due|total du|encours|unpaid amount|solde en euros|solde eur"
    ),
    "debit": "debit|debits|montant debit|debit amount|debit eur|debit euros|money out|paid out|withdrawal|withdrawals|depenses|sorties",
    "credit": "credit|credits|montant credit|credit amount|credit eur|credit euros|money in|paid in|deposit|deposits|recettes|entrees",
    "direction": "sens|d c|dc|c d|debit credit|dr cr|debit or credit|sign",
    "currency": "devise|code devise|currency|currency code|invoice currency|monnaie|cur|curr|ccy|idevise|devise iso|iso",
    "type": (
        "type de document|type document|type de piece|type piece|type facture|type de facture|type|nature|document type|doc type|"
        "doctype|transaction type|invoice type|txn type|record type|nature piece|type ecriture"
    ),
    "status": (
        "statut|statut de paiement|statut facture|etat|status|state|payment status|payment state|invoice status|isopen|is open|paye oui non|"
        "situation"
    ),
    "disputed": "litige|en litige|litigieux|litigieuse|conteste|contestee|dispute|disputed|in dispute|is disputed",
    "terms": (
        "conditions de paiement|condition de paiement|conditions de reglement|condition de reglement|conditions|delai de paiement|"
        "delai de reglement|delai paiement|payment terms|payment term|terms|term|cust payment terms|credit terms|payment terms label|"
        "invoice payment terms|modalites de paiement|modalite de paiement"
    ),
    "entity": "entite|societe|etablissement|entity|business unit|business code|company code|legal entity|organisation|organization",
    "delivery": "date de livraison|date livraison|livree le|livre le|delivery date|date de prestation|date prestation|service date",
    "remittance": "remittance date|date de remise|date remise|date remise factor",
    "assigned": "assigned date|date de cession|date cession|cedee le|cede le",
    "credits": "credits|avoir sur|avoir sur facture|facture d origine|facture origine|facture avoiree|original invoice|credited invoice|reversal of",
    "on_receipt": "vat exigibility|exigibilite tva|exigibilite de la tva|exigibilite|tva sur encaissements",
    "quantity": "quantite|quantites|qte|quantity|qty|item quantity|nombre|hours",
    "unit_price": "prix unitaire|prix unitaire ht|prix unit ht|p u ht|p u|pu|pu ht|unit price|unit amount|item cost|item price|unit cost|price|rate|prix",
    "line_total": (
        "total ligne|montant ligne|montant ht ligne|line total|line amount|item total|line subtotal|item amount|invoice line value|"
        "line value|net line amount|line net amount|lineamount"
    ),
    "item": (
        "article|designation article|code article|ref article|produit|product|product service|item|item name|item product|item code|"
        "item description|item desc|inventory item code|sku|variante code nomen|variant nomen|product description|line description|"
        "invoice lines product|designation"
    ),
    "label": (
        "libelle|libelle ecriture|libelle operation|libelle de l operation|libelle d ecriture|ecriture lib|ecriturelib|"
        "intitule de l operation|intitule operation|designation|description|label|memo|objet|subject|remarque|commentaire|communication|motif|"
        "narrative|payment details|transaction description|notes|note|commentaires|intitul|libell"
    ),
    "counterparty": (
        "contrepartie|nom de la contrepartie|nom contrepartie|libelle contrepartie|counterparty|counterparty name|"
        "counter party|name counterparty|counterparty account name|tiers contrepartie"
    ),
    "account": (
        "numero de compte|numero compte|n compte|n de compte|no compte|num compte|compte num|comptenum|compte general|compte comptable|"
        "numero du compte|general account|gl account|account number|account code|compte|account|iban|compte bancaire|bank account"
    ),
    "account_name": "comptelib|compte lib|libelle compte|libelle du compte|intitule compte|intitule du compte|nom du compte|account name",
    "journal": "journal|code journal|journal code|journalcode|code jnl|jnl|journaux",
    "lettering": "lettrage|let|lettre|code lettrage|ecriturelet|ecriture let|lettr|rapprochement|matching|reconcile|matching number",
    "value_day": "date de valeur|date valeur|valeur le|value date|value day|effective date|interest date",
    "segment": "segment|categorie client|famille client|famille|customer segment|customer group|customer type|group",
    "country": "pays|code pays|country|country code|pays client",
    "vat_number": "n tva|numero tva|numero de tva|tva intracommunautaire|tva intracom|n tva intracommunautaire|vat number|vat no|vat id|tax id",
    "method": "mode de paiement|mode paiement|moyen de paiement|mode de reglement|mode reglement|payment method|payment mode|payment type|method",
    "bank_reference": "fitid|transaction reference|reference operation|ref operation|reference bancaire|bank reference|operation id",
}

#: Words as old software shortens them in its column names ("MT_TTC", "DT_ECH").
SHORT: Final = {
    "mt": "montant",
    "mtt": "montant",
    "mnt": "montant",
    "mont": "montant",
    "dt": "date",
    "dte": "date",
    "fact": "facture",
    "fac": "facture",
    "fct": "facture",
    "cli": "client",
    "clt": "client",
    "fourn": "fournisseur",
    "frs": "fournisseur",
    "ech": "echeance",
    "regl": "reglement",
    "rglt": "reglement",
    "emis": "emission",
    "inv": "invoice",
    "cust": "customer",
    "amt": "amount",
    "nbr": "number",
}
