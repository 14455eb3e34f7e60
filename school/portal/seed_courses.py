"""Twelve believable courses with their materials and assignments: data for the seed, no code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sheet:
    """A material to be written: its title, file kind ("pdf", "txt" or "csv") and lines of text."""

    title: str
    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """An assignment; it is due so many days from the seeding (negative: already past)."""

    title: str
    task: str
    due_in_days: float


@dataclass(frozen=True, slots=True)
class CoursePlan:
    slug: str
    title: str
    subject: str
    summary: str
    sheets: tuple[Sheet, ...]
    tasks: tuple[Task, ...]


def _plan(slug: str, title: str, subject: str, summary: str, sheets: tuple[Sheet, ...], *tasks: Task) -> CoursePlan:
    outline = Sheet(
        "Course outline",
        "pdf",
        (
            title,
            "",
            summary,
            "",
            "Sheets:",
            *(sheet.title for sheet in sheets),
            "",
            "To hand in:",
            *(t.title for t in tasks),
        ),
    )
    return CoursePlan(slug, title, subject, summary, (outline, *sheets), tasks)


PLANS: tuple[CoursePlan, ...] = (
    _plan(
        "algebra",
        "Algebra II",
        "Mathematics",
        "From quadratic equations to polynomials, with a weekly set of problems to do by hand.",
        (
            Sheet("Completing the square", "pdf", ("Write x^2 + bx as (x + b/2)^2 - (b/2)^2.", "Then solve.")),
            Sheet("Problem set 7", "txt", ("1. x^2 - 6x + 5 = 0", "2. 2x^2 + 3x - 2 = 0", "3. x^4 - 5x^2 + 4 = 0")),
        ),
        Task("Problem set 5", "Do problems 1 to 8. Show every step; the answer alone is worth little.", -12),
        Task("Problem set 6", "Do problems 1 to 6. Check each root by putting it back.", -2.2),
        Task("Problem set 7", "Do all problems of the sheet. Number 3 becomes easy with a substitution.", 3.4),
    ),
    _plan(
        "geometry",
        "Geometry and proof",
        "Mathematics",
        "Triangles, circles and what can be proved about them with straightedge, compass and patience.",
        (
            Sheet("Circle theorems", "pdf", ("The angle at the centre is twice the angle", "at the circumference.")),
            Sheet("Constructions", "pdf", ("To bisect an angle: one arc from the vertex,", "two arcs from its ends.")),
        ),
        Task("A proof of your own", "Choose one circle theorem and prove it in your own words, with a drawing.", -9),
        Task("Constructions", "Construct a regular pentagon and say why it is one.", 1.3),
        Task("Reading: Euclid I.47", "Summarise the proof in at most one page.", 10),
    ),
    _plan(
        "physics",
        "Mechanics",
        "Physics",
        "Motion, force and energy, measured in the laboratory before they are calculated.",
        (
            Sheet("Pendulum measurements", "csv", ("length_m,period_s", "0.25,1.00", "0.50,1.42", "1.00,2.01")),
            Sheet("How to write a report", "pdf", ("Question, method, data, uncertainty, answer.", "In that order.")),
        ),
        Task("Report: pendulum", "Find g from the measurements. State the uncertainty and where it comes from.", -6),
        Task("Report: inclined plane", "Does the acceleration depend on the mass? Argue from your data.", 0.8),
        Task("Energy of a bouncing ball", "Film a bounce, read off the heights, account for every joule.", 8),
    ),
    _plan(
        "chemistry",
        "Chemistry of water",
        "Chemistry",
        "Acids, bases and solubility, with samples from the river behind the school.",
        (
            Sheet("Laboratory rules", "pdf", ("Goggles on. Hair tied back.", "Nobody works alone.")),
            Sheet("River samples", "csv", ("site,ph,nitrate_mg_l", "bridge,7.4,11.2", "weir,7.1,14.8", "mill,6.9,18")),
        ),
        Task("Titration", "Find the concentration of the unknown acid. Three runs at least.", -15),
        Task("The river in numbers", "Plot the samples and explain the difference between bridge and mill.", -0.6),
        Task("Hard water", "Plan an experiment that tells temporary from permanent hardness.", 5.5),
    ),
    _plan(
        "biology",
        "Ecology of a meadow",
        "Biology",
        "One square metre of meadow through a year: counting, naming, and asking why.",
        (
            Sheet("Key to common grasses", "pdf", ("1. Ligule present: go to 2.", "1. Ligule absent: go to 5.")),
            Sheet("Autumn count", "csv", ("species,individuals", "ribwort plantain,31", "red clover,12", "yarrow,9")),
        ),
        Task("Your square metre", "Map it, name ten species, and say how sure you are of each.", -8),
        Task("Diversity index", "Calculate Simpson's index for two squares and compare them.", 2.1),
        Task("A food web", "Draw the web of the meadow in October and in May.", 12),
    ),
    _plan(
        "literature",
        "The short story",
        "English",
        "Nine stories read slowly: how so little can hold so much.",
        (
            Sheet("Terms we use", "pdf", ("Narrator, focaliser, ellipsis,", "free indirect speech.")),
            Sheet("Questions for week 8", "txt", ("Who tells it?", "What is left out?", "When did you first know?")),
        ),
        Task("Close reading", "Take one paragraph and say what each sentence does. 600 words.", -10),
        Task("What is left out", "Choose a story with a gap in time and argue what fills it. 800 words.", -1.4),
        Task("A story of your own", "At most 1,000 words, one place, one afternoon.", 6),
    ),
    _plan(
        "history",
        "Cities and trade",
        "History",
        "How merchants, ports and ledgers made the modern town, from 1200 to 1700.",
        (
            Sheet("A ledger page, transcribed", "txt", ("Item: 4 bales of wool", "Item: 2 casks of herring, paid")),
            Sheet("Map of the trade routes", "pdf", ("Routes by sea and by land about 1400.", "Times in days.")),
        ),
        Task("Reading a ledger", "What can the page tell us, and what can it not? 500 words.", -11),
        Task("Source criticism", "Compare two accounts of the same market fire.", 0.4),
        Task("Town portrait", "Choose a town and explain why it grew where it did.", 14),
    ),
    _plan(
        "geography",
        "Maps and data",
        "Geography",
        "Making maps that tell the truth, from field sketch to spreadsheet.",
        (
            Sheet("Projection cards", "pdf", ("Every flat map lies.", "Choose which lie you can live with.")),
            Sheet("Bus stops", "csv", ("stop,passengers_per_day", "school,412", "station,1290", "market,655")),
        ),
        Task("Field sketch", "Sketch the school grounds to scale, with a key.", -7),
        Task("A map of bus stops", "Show the passengers without misleading. Explain your choice of symbols.", 1.9),
        Task("Two projections", "Show one region in two projections and say what each is good for.", 9),
    ),
    _plan(
        "french",
        "French conversation",
        "Languages",
        "Speaking first, grammar when it is needed. Bring something to talk about.",
        (
            Sheet("Phrases for disagreeing", "pdf", ("Je ne suis pas tout a fait d'accord.", "Cela depend.")),
            Sheet("Words of week 8", "txt", ("le marche", "l'etalage", "marchander", "la monnaie")),
        ),
        Task("Market dialogue", "Write and record a dialogue at a market stall, two minutes.", -5),
        Task("A letter", "Write to a pupil of our partner school. 200 words, past and present.", 2.8),
        Task("Three opinions", "Give three opinions and disagree with each. Audio or text.", 11),
    ),
    _plan(
        "computing",
        "Programming with data",
        "Computing",
        "Small programs that answer real questions, and tests that show they do.",
        (
            Sheet(
                "Reading a file line by line",
                "txt",
                ("with open(path) as lines:", "    for line in lines: ..."),
            ),
            Sheet("Weather of the year", "csv", ("month,mean_c,rain_mm", "jan,2.1,61", "apr,9.0,48", "jul,18.7,72")),
        ),
        Task("Word count", "Count the words of a text and list the ten most frequent. Include tests.", -13),
        Task("Weather report", "Read the table, print the driest month and the warmest. Handle a missing value.", -0.3),
        Task("A question of your own", "Find a data set, ask one question of it, answer it with a program.", 7),
    ),
    _plan(
        "music",
        "Harmony by ear",
        "Music",
        "Hearing chords before naming them, naming them before writing them.",
        (
            Sheet("Cadences", "pdf", ("Perfect, plagal, interrupted, half.", "Sing the bass first.")),
            Sheet("Four chorales", "pdf", ("Alto and tenor are left out.", "Fill them in.")),
        ),
        Task("Dictation 4", "Write down the bass line of the recording.", -4),
        Task("Chorale", "Fill in alto and tenor of chorale 2. No parallel fifths.", 1.1),
        Task("A song harmonised", "Choose a folk song and harmonise it twice, plainly and boldly.", 13),
    ),
    _plan(
        "art",
        "Drawing from life",
        "Art",
        "Looking hard at ordinary things: light, weight, edges.",
        (
            Sheet("Materials list", "txt", ("Pencils HB, 2B, 4B", "Charcoal", "A3 paper, 160 g")),
            Sheet("On negative space", "pdf", ("Draw what is between the legs of the chair,", "not the chair.")),
        ),
        Task("A chair", "Draw a chair by its negative space. Photograph or scan it.", -3),
        Task("Hands", "Six drawings of your own hand, ten minutes each.", 0.9),
        Task("Light", "One object, three lamps, three drawings.", 10.5),
    ),
)
