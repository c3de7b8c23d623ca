"""The people of the sample: customers and suppliers with invented names, their size, terms and habits.

No firm of these names is meant. Habits: `exact` pays on the day, `good` and `usual` a little late, `public` through the
treasury of a public body, `slow` weeks late, `failing` ever later and then no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Habit = Literal["exact", "good", "usual", "public", "slow", "failing"]
Rhythm = Literal["any", "weekly", "fortnight", "month_end"]


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer: `share` of yearly sales in per mille (0: of what the named ones leave), rhythm of its payment runs."""

    name: str
    segment: str
    sector: str
    country: str
    terms: str
    habit: Habit
    rhythm: Rhythm
    share: int
    rating: str
    owner: str


@dataclass(frozen=True, slots=True)
class Supplier:
    """A supplier: `share` of yearly purchases in per mille, invoices per year, whether it foretells the season."""

    name: str
    sector: str
    country: str
    terms: str
    share: int
    per_year: int
    seasonal: bool


_A, _B, _C = "Camille Ferrand", "Yanis Morvan", "Inès Lacaze"
_FDM45, _N30, _N45, _N60, _LE10 = "45 jours fin de mois", "30 jours", "45 jours", "60 jours", "30 jours fin de mois le 10"

CUSTOMERS: Final = (
    Customer("Hôtels Castelune", "Grands comptes", "Hôtellerie", "FR", _FDM45, "good", "fortnight", 205, "2", _A),
    Customer("Groupe Tablée d’Arvor", "Grands comptes", "Restauration", "FR", _N60, "usual", "month_end", 88, "3", _A),
    Customer("Résidences Sylvédor", "Grands comptes", "Hôtellerie", "FR", _FDM45, "usual", "fortnight", 67, "3", _A),
    Customer("Enseignes Corvalis", "Grands comptes", "Commerce", "FR", _N45, "good", "weekly", 54, "2", _B),
    Customer("Cafés Brunelière", "Grands comptes", "Restauration", "FR", _LE10, "usual", "fortnight", 36, "4", _A),
    Customer("Boulangeries Mirepain", "Grands comptes", "Commerce", "FR", _N45, "slow", "month_end", 31, "5", _B),
    Customer("Horeca Lindendael", "Export", "Distribution", "BE", _N60, "good", "weekly", 30, "2", _C),
    Customer("Möbelhaus Rautenbach", "Export", "Distribution", "DE", _N30, "exact", "weekly", 27, "1", _C),
    Customer("Mobiliario Alcorza", "Export", "Distribution", "ES", _N60, "usual", "fortnight", 21, "4", _C),
    Customer("Arredi Valsorda", "Export", "Distribution", "IT", _N60, "usual", "month_end", 18, "4", _C),
    Customer("Meble Zawierzyn", "Export", "Distribution", "PL", _N45, "good", "weekly", 11, "3", _C),
    Customer("Ville de Montelauze", "Secteur public", "Collectivité", "FR", _N30, "public", "weekly", 16, "1", _B),
    Customer("Département du Haut-Verdan", "Secteur public", "Collectivité", "FR", _N30, "public", "weekly", 13, "1", _B),
    Customer("Centre hospitalier de Rochebrise", "Secteur public", "Santé", "FR", _N30, "public", "fortnight", 12, "1", _B),
    Customer("Université de Clairmarais", "Secteur public", "Enseignement", "FR", _N30, "public", "weekly", 8, "1", _B),
    Customer("Lycée hôtelier de Sauvebelle", "Secteur public", "Enseignement", "FR", _N30, "public", "any", 4, "1", _B),
    Customer("Agencement Pellevoisin", "PME", "Agencement", "FR", _FDM45, "slow", "any", 24, "6", _B),
    Customer("Cuisines Larmorange", "PME", "Agencement", "FR", _FDM45, "failing", "any", 23, "7", _B),
    Customer("Auberges du Grand-Sillon", "PME", "Hôtellerie", "FR", _N45, "usual", "weekly", 17, "4", _A),
    Customer("Brasserie l’Épervier d’Or", "PME", "Restauration", "FR", _N30, "usual", "any", 12, "5", _A),
    Customer("Menuiserie Gaspardin", "PME", "Agencement", "FR", _FDM45, "usual", "any", 12, "4", _B),
    Customer("Hôtel des Trois Alizés", "PME", "Hôtellerie", "FR", _N30, "good", "any", 11, "3", _A),
    Customer("Thermes de Fontaubry", "PME", "Hôtellerie", "FR", _N45, "good", "weekly", 11, "3", _A),
    Customer("Traiteur Quenevière", "PME", "Restauration", "FR", _N30, "usual", "any", 10, "4", _A),
    Customer("Campings Rivaléa", "PME", "Hôtellerie", "FR", _LE10, "usual", "fortnight", 10, "4", _A),
    Customer("Librairies Passe-Page", "PME", "Commerce", "FR", _FDM45, "good", "any", 9, "3", _B),
    Customer("Opticiens Clairevue", "PME", "Commerce", "FR", _FDM45, "exact", "weekly", 9, "2", _B),
    Customer("Atelier Dormeuil-Lasse", "PME", "Agencement", "FR", _N45, "usual", "any", 8, "4", _B),
    Customer("Pharmacies Sauvegrain", "PME", "Commerce", "FR", _N30, "exact", "any", 8, "2", _B),
    Customer("Crêperies Ty Melen", "PME", "Restauration", "FR", _N30, "usual", "any", 8, "5", _A),
    Customer("Salons Belorage", "PME", "Commerce", "FR", _FDM45, "usual", "any", 0, "4", _B),
    Customer("Bistrots Vaugelin", "PME", "Restauration", "FR", _N30, "usual", "any", 0, "5", _A),
    Customer("Chocolaterie Amandrise", "PME", "Commerce", "FR", _N30, "good", "any", 0, "3", _B),
    Customer("Cinémas Étoile-Marine", "PME", "Loisirs", "FR", _FDM45, "good", "weekly", 0, "3", _A),
    Customer("Clinique des Hauts-Prés", "PME", "Santé", "FR", _FDM45, "good", "weekly", 0, "3", _B),
    Customer("Coiffure Lisandre", "PME", "Commerce", "FR", _N30, "usual", "any", 0, "5", _B),
    Customer("Domaine de Chantegrive", "PME", "Hôtellerie", "FR", _N45, "usual", "any", 0, "4", _A),
    Customer("Escape Lumignon", "PME", "Loisirs", "FR", _N30, "usual", "any", 0, "6", _A),
    Customer("Fleurs Capucine & Cie", "PME", "Commerce", "FR", _N30, "good", "any", 0, "4", _B),
    Customer("Fromagerie Val-Cendré", "PME", "Commerce", "FR", _N30, "exact", "any", 0, "3", _B),
    Customer("Garage Lestrade-Moulin", "PME", "Commerce", "FR", _FDM45, "usual", "any", 0, "4", _B),
    Customer("Golf de la Noue-Blanche", "PME", "Loisirs", "FR", _N45, "good", "any", 0, "3", _A),
    Customer("Grill Pampérigue", "PME", "Restauration", "FR", _N30, "usual", "any", 0, "5", _A),
    Customer("Hôtel Belle-Amarre", "PME", "Hôtellerie", "FR", _N30, "good", "any", 0, "3", _A),
    Customer("Hôtel du Vieux Tilleul", "PME", "Hôtellerie", "FR", _N30, "usual", "any", 0, "4", _A),
    Customer("Institut Rosaline", "PME", "Commerce", "FR", _N30, "usual", "any", 0, "5", _B),
    Customer("Les Gîtes d’Orlenoy", "PME", "Hôtellerie", "FR", _N30, "good", "any", 0, "4", _A),
    Customer("Maison Tourtelier", "PME", "Restauration", "FR", _N30, "exact", "any", 0, "3", _A),
    Customer("Micro-crèches Pom’Lune", "PME", "Enseignement", "FR", _FDM45, "usual", "any", 0, "4", _B),
    Customer("Musée de la Vannerie", "PME", "Loisirs", "FR", _N30, "good", "any", 0, "2", _A),
    Customer("Pâtisserie Éclat d’Avoine", "PME", "Commerce", "FR", _N30, "usual", "any", 0, "5", _B),
    Customer("Piscines Aiguebleue", "PME", "Loisirs", "FR", _FDM45, "usual", "any", 0, "4", _A),
    Customer("Pizzerias Sorrentale", "PME", "Restauration", "FR", _N30, "usual", "any", 0, "5", _A),
    Customer("Prêt-à-porter Maëline", "PME", "Commerce", "FR", _FDM45, "usual", "any", 0, "5", _B),
    Customer("Relais de Bazouges-le-Clos", "PME", "Hôtellerie", "FR", _N30, "usual", "any", 0, "4", _A),
    Customer("Résidence Les Ormilles", "PME", "Santé", "FR", _FDM45, "good", "any", 0, "3", _B),
    Customer("Spa Cascarelle", "PME", "Loisirs", "FR", _N30, "usual", "any", 0, "4", _A),
    Customer("Table de Marguerin", "PME", "Restauration", "FR", _N30, "good", "any", 0, "4", _A),
    Customer("Théâtre du Passe-Muraille", "PME", "Loisirs", "FR", _N30, "good", "any", 0, "3", _A),
    Customer("Vélos Grimpereau", "PME", "Commerce", "FR", _N30, "usual", "any", 0, "4", _B),
)

SUPPLIERS: Final = (
    Supplier("Scierie Hautebois", "Bois", "FR", _FDM45, 128, 60, True),
    Supplier("Panneaux Drouvenel", "Bois", "FR", _FDM45, 112, 52, True),
    Supplier("Aciers Montfavart", "Métal", "FR", _N60, 96, 48, True),
    Supplier("Tissages Perrelong", "Textile", "FR", _FDM45, 62, 36, True),
    Supplier("Mousses Soufflerive", "Mousse", "FR", _N45, 41, 36, True),
    Supplier("Holzwerk Bramstetten", "Bois", "DE", _N45, 52, 24, True),
    Supplier("Pelli Ardentina", "Cuir", "IT", _N60, 34, 18, True),
    Supplier("Quincaillerie Vissereau", "Quincaillerie", "FR", _N45, 31, 52, True),
    Supplier("Verrerie Clairfond", "Verre", "FR", _N60, 27, 24, True),
    Supplier("Marbrerie Sainte-Rolande", "Pierre", "FR", _N45, 21, 18, True),
    Supplier("Peintures Ocrelys", "Chimie", "FR", _FDM45, 24, 30, True),
    Supplier("Colles Adhésia", "Chimie", "FR", _N30, 11, 24, True),
    Supplier("Luminaires Veilleroy", "Électricité", "FR", _N45, 26, 24, True),
    Supplier("Emballages Cartonnet", "Emballage", "FR", _N45, 15, 36, True),
    Supplier("Transports Gaillardin", "Transport", "FR", _N30, 52, 60, True),
    Supplier("Messagerie Vif-Argent", "Transport", "FR", _N30, 19, 52, True),
    Supplier("Poseurs Réunis de l’Ouest", "Sous-traitance", "FR", _N30, 58, 48, True),
    Supplier("Atelier Ferron-Dacier", "Sous-traitance", "FR", _N30, 36, 36, True),
    Supplier("Laques & Finitions Garonel", "Sous-traitance", "FR", _N30, 24, 30, True),
    Supplier("Intérim Chronéa", "Intérim", "FR", _N30, 29, 52, True),
    Supplier("Énergies Valmont-Loire", "Énergie", "FR", _N30, 19, 12, False),
    Supplier("Eaux du Pays d’Aulme", "Énergie", "FR", _N30, 2, 4, False),
    Supplier("Bureau d’études Linéaris", "Études", "FR", _N45, 12, 12, False),
    Supplier("Machines Tournebroche", "Entretien", "FR", _N45, 10, 12, False),
    Supplier("Entretien Netclair", "Entretien", "FR", _N30, 5, 12, False),
    Supplier("Logiciels Octavelle", "Informatique", "FR", _N30, 7, 12, False),
    Supplier("Réseaux Télémeuse", "Informatique", "FR", _N30, 3, 12, False),
    Supplier("Cabinet Aubrac-Vasseur", "Conseil", "FR", _N30, 6, 6, False),
    Supplier("Agence Papier-Lune", "Communication", "FR", _N45, 6, 10, False),
    Supplier("Salon Habitat & Séjour", "Communication", "FR", _N30, 4, 2, False),
    Supplier("Location Chariots Lévadis", "Location", "FR", _N30, 4, 12, False),
    Supplier("Flotte Autolière", "Location", "FR", _N30, 6, 12, False),
    Supplier("Vêtements Pro-Filandre", "Fournitures", "FR", _N30, 2, 6, False),
    Supplier("Papeterie Marbeuil", "Fournitures", "FR", _N30, 1, 12, False),
    Supplier("Traiteur des Forges", "Fournitures", "FR", _N30, 2, 12, False),
    Supplier("Contrôles Sécuritest-Ouest", "Entretien", "FR", _N30, 1, 4, False),
    Supplier("Déchets Revalise", "Entretien", "FR", _N30, 3, 12, False),
    Supplier("Formation Savoir-Bois", "Conseil", "FR", _N30, 2, 4, False),
    Supplier("Gardiennage Vigilarc", "Entretien", "FR", _N30, 3, 12, False),
    Supplier("Voyages Cap-Lointain", "Déplacements", "FR", _N30, 4, 12, False),
)

#: Parts of names for a sample larger than the named customers.
FIRST_WORDS: Final = ("Atelier", "Auberge", "Café", "Comptoir", "Hôtel", "Maison", "Relais", "Restaurant", "Salon", "Table")
LAST_WORDS: Final = (
    "d’Ambrelle", "de Brissonnel", "du Clos-Viré", "de Dourvenac", "d’Érinval", "de Fauvelle", "de Gravelise", "du Héron-Bleu",
    "d’Isolette", "de Jalomont", "de Lormoise", "de Maroncel", "de Nérolise", "d’Ormesane", "de Pierrelune", "de Quercival",
    "de Roncefleur", "de Saulnières-Vives", "de Tournemine-Basse", "d’Ursoline", "de Valcombreuse", "de Varenceau",
)  # fmt: skip
