"""The names of columns in German, Spanish, Italian and Dutch, and the fields that they become.

They come after the French and English ones: a word that both know keeps its first meaning.
"""

from __future__ import annotations

from typing import Final

#: Phrases per field, the surest first, as `normalise` leaves them (no accents, no capitals).
EUROPEAN_PHRASES: Final[dict[str, str]] = {
    "number": (
        "rechnungsnummer|rechnungsnr|rechnung nr|rechnungs nr|rechnungs nummer|rechnung no|re nr|rg nr|rechnung|belegnummer|"
        "belegnr|beleg nr|belegfeld 1|beleg|dokumentnummer|nummer|"
        "numero de factura|numero factura|n de factura|n factura|no factura|num factura|factura n|factura|numero documento|"
        "numero de documento|documento|"
        "numero fattura|numero della fattura|n fattura|nr fattura|num fattura|fattura n|fattura|nr documento|n documento|num doc|n doc|"
        "factuurnummer|factuurnr|factuur nr|factuur nummer|factuur|documentnummer|boekstuknummer|boekstuk"
    ),
    "partner_id": (
        "kundennummer|kundennr|kunden nr|kd nr|debitorennummer|debitornr|debitoren nr|debitor nr|debitorenkonto|lieferantennummer|"
        "lieferantennr|lieferanten nr|kreditorennummer|kreditor nr|kreditorenkonto|debitor|kreditor|"
        "codigo cliente|codigo de cliente|cod cliente|n cliente|numero cliente|id cliente|codigo proveedor|codigo de proveedor|"
        "cod proveedor|id proveedor|codice cliente|codice fornitore|cod fornitore|id fornitore|"
        "klantnummer|klantnr|klant nr|klantcode|debiteurnummer|debiteurnr|debiteur nr|debiteurennummer|debiteurcode|leveranciersnummer|"
        "leveranciernr|crediteurnummer|crediteurnr|relatienummer|relatiecode"
    ),
    "partner_name": (
        "kundenname|kunde name|name des kunden|debitorname|debitorenname|kunde|kunden|lieferantenname|lieferant|kreditorname|firmenname|"
        "firma|geschaftspartner|debitor|kreditor|name 1|"
        "nombre del cliente|nombre de cliente|nombre cliente|nombre del proveedor|nombre proveedor|razon social|cliente|proveedor|"
        "nombre|deudor|acreedor|tercero|"
        "ragione sociale|denominazione|nome cliente|nome fornitore|intestatario|fornitore|debitore|creditore|cliente fornitore|nome|"
        "klantnaam|naam klant|debiteurnaam|naam debiteur|relatienaam|bedrijfsnaam|leveranciersnaam|naam leverancier|naam crediteur|"
        "klant|debiteur|relatie|leverancier|crediteur|bedrijf|naam"
    ),
    "issue": (
        "rechnungsdatum|rechnung vom|re datum|rg datum|belegdatum|ausstellungsdatum|rechnung datum|buchungsdatum|buchungstag|"
        "fecha de factura|fecha de la factura|fecha factura|fecha de emision|fecha emision|fecha de expedicion|fecha expedicion|"
        "fecha documento|fecha contable|fecha operacion|fecha de operacion|f factura|f emision|f operacion|fecha|"
        "data fattura|data della fattura|data emissione|data di emissione|data documento|data doc|data contabile|data operazione|"
        "data registrazione|data|"
        "factuurdatum|datum factuur|documentdatum|boekdatum|boekingsdatum|transactiedatum|datum"
    ),
    "due": (
        "falligkeitsdatum|faelligkeitsdatum|falligkeit|faelligkeit|fallig am|faellig am|fallig zum|fallig|faellig|zahlbar bis|"
        "nettofalligkeit|netto falligkeit|zahlungsziel bis|"
        "fecha de vencimiento|fecha vencimiento|fecha vto|f vencimiento|f vto|vencimiento|vence|vto|"
        "data scadenza|data di scadenza|data scad|scadenza|"
        "vervaldatum|vervaldag|uiterste betaaldatum|te betalen voor|betalen voor"
    ),
    "amount": (
        "bruttobetrag|brutto betrag|betrag brutto|rechnungsbetrag brutto|rechnungsbetrag|gesamtbetrag|rechnungssumme|gesamtsumme|endbetrag|"
        "summe brutto|brutto|ursprungsbetrag|betrag|gesamt|summe|umsatz|"
        "importe total|total factura|importe factura|total con iva|total iva incluido|importe bruto|importe con iva|monto total|importe|monto|"
        "totale fattura|totale documento|totale ivato|importo totale|importo lordo|totale lordo|totale|importo|lordo|"
        "bedrag incl btw|bedrag inclusief btw|totaal incl btw|totaal inclusief btw|factuurbedrag|totaalbedrag|bruto bedrag|"
        "origineel bedrag|totaal|bedrag|bruto"
    ),
    "net": (
        "nettobetrag|netto betrag|betrag netto|rechnungsbetrag netto|summe netto|netto|"
        "base imponible|importe neto|importe sin iva|total sin iva|neto|base|"
        "imponibile|totale imponibile|importo netto|"
        "bedrag excl btw|bedrag exclusief btw|totaal excl btw|totaal exclusief btw|netto bedrag"
    ),
    "vat": (
        "mwst|mwst betrag|ust|ust betrag|mehrwertsteuer|umsatzsteuer|steuerbetrag|steuer|"
        "iva|importe iva|cuota iva|cuota|importo iva|totale iva|imposta|btw|btw bedrag|btwbedrag|bedrag btw"
    ),
    "vat_rate": (
        "mwst satz|mwstsatz|ust satz|steuersatz|mwst percent|ust percent|tipo iva|tipo de iva|iva percent|percent iva|aliquota iva|"
        "aliquota|btw percentage|btw tarief|btw percent"
    ),
    "paid": (
        "zahlungsdatum|zahldatum|bezahlt am|zahlung am|zahlungseingang|ausgleichsdatum|ausgeglichen am|"
        "fecha de pago|fecha pago|fecha de cobro|fecha cobro|pagada el|cobrada el|"
        "data pagamento|data di pagamento|data incasso|data saldo|betaaldatum|betaald op|datum betaling|datum betaald|betalingsdatum"
    ),
    "paid_amount": (
        "bezahlter betrag|gezahlter betrag|bezahlt|gezahlt|zahlung|zahlungen|anzahlung|importe pagado|importe cobrado|pagado|cobrado|"
        "importo pagato|importo incassato|pagato|incassato|betaald bedrag|reeds betaald|betaald|ontvangen"
    ),
    "open": (
        "offener betrag|offener rechnungsbetrag|offener saldo|offene summe|noch offen|restbetrag|offen|offener posten|saldo|"
        "importe pendiente|saldo pendiente|pendiente de cobro|pendiente de pago|pendiente|por cobrar|"
        "importo residuo|importo aperto|residuo|da incassare|da pagare|scoperto|"
        "openstaand bedrag|openstaand saldo|openstaand|nog te betalen|te betalen|open bedrag|restant"
    ),
    "debit": "soll|belastung|belastungen|lastschrift|ausgaben|debe|cargo|cargos|adeudo|dare|addebiti|addebito|uscite|debet|af",
    "credit": "haben|gutschrift|gutschriften|einnahmen|haber|abono|abonos|avere|accrediti|accredito|entrate|bij",
    "direction": (
        "soll haben kennzeichen|soll haben|umsatz soll haben|s h|sh|debe haber|d h|dare avere|d a|af bij|bij af|debet credit"
    ),
    "currency": "wahrung|waehrung|wkz|divisa|moneda|munt|muntsoort|valuta",
    "type": "belegart|dokumentart|typ|art|tipo documento|tipo de documento|tipo|documenttype|documentsoort|soort",
    "status": "zahlungsstatus|estado de pago|estado|stato pagamento|stato|betaalstatus|betalingsstatus",
    "disputed": "strittig|reklamation|en disputa|contestata|betwist",
    "terms": (
        "zahlungsbedingungen|zahlungsbedingung|zahlungsziel|condiciones de pago|plazo de pago|condizioni di pagamento|termini di pagamento|"
        "betalingstermijn|betalingsvoorwaarden|betaalconditie"
    ),
    "delivery": "lieferdatum|leistungsdatum|fecha de entrega|fecha entrega|data consegna|data di consegna|leverdatum|leveringsdatum",
    "quantity": "menge|anzahl|cantidad|quantita|aantal",
    "unit_price": "einzelpreis|stuckpreis|precio unitario|precio|prezzo unitario|prezzo|stukprijs|eenheidsprijs|prijs",
    "line_total": "zeilenbetrag|positionsbetrag|importe linea|importe de linea|importo riga|totale riga|regelbedrag|regeltotaal",
    "item": "artikelbezeichnung|artikelnummer|artikel|producto|articulo|prodotto|articolo|artikelomschrijving|artikelcode",
    "label": (
        "verwendungszweck|buchungstext|beschreibung|bezeichnung|bemerkung|vorgang|umsatztext|text|concepto|descripcion|observaciones|"
        "movimiento|descrizione|causale|oggetto|omschrijving|mededelingen|mededeling|naam omschrijving|data"
    ),
    "counterparty": (
        "auftraggeber empfanger|empfanger auftraggeber|begunstigter zahlungspflichtiger|beguenstigter zahlungspflichtiger|"
        "name zahlungsbeteiligter|auftraggeber|zahlungsempfanger|zahlungspflichtiger|empfanger|ordenante|ordenante beneficiario|"
        "beneficiario ordenante|beneficiario|controparte|tegenpartij|naam tegenpartij|naam tegenrekening"
    ),
    "account": (
        "auftragskonto|kontonummer|iban auftragskonto|sachkonto|konto|numero de cuenta|n cuenta|cuenta|numero conto|conto|"
        "rekeningnummer|rekening|iban bban|grootboekrekening"
    ),
    "journal": "buchungskreis|diario|giornale|dagboek|journaal",
    "value_day": "valuta|valutadatum|wertstellung|wertstellungstag|fecha valor|f valor|data valuta|rentedatum|valutadag",
    "segment": "kundengruppe|grupo de clientes|gruppo clienti|klantgroep",
    "country": "land|pais|paese",
    "vat_number": "ust idnr|ust id nr|ust id|nif|cif|nif cif|partita iva|p iva|btw nummer|btwnummer",
    "method": "zahlungsart|zahlungsweise|forma de pago|metodo de pago|modalita di pagamento|metodo di pagamento|betaalwijze|betaalmethode",
}
