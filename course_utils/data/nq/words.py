"""The words of mini-NQ: what an encyclopaedia of an invented country says, and how people ask about it.

Everything is written twice, once as passages word it and once as questions do, with hardly a word in common.
Tables are tuples, since the order counts: a seed picks by position.
"""

# As passages name it: (as questions name it)
KINDS = {
    "lighthouse": ("beacon", "lamp tower"),
    "bridge": ("river crossing", "viaduct"),
    "windmill": ("corn grinder", "flour works"),
    "theatre": ("playhouse", "stage for actors"),
    "library": ("reading room", "house of books"),
    "brewery": ("beer works", "ale maker"),
    "hospital": ("infirmary", "clinic"),
    "school": ("academy", "place of lessons"),
    "museum": ("gallery", "exhibition hall"),
    "market": ("bazaar", "trading place"),
    "bakery": ("bread shop", "house of loaves"),
    "observatory": ("telescope dome", "stargazing post"),
    "prison": ("jail", "place of convicts"),
    "tannery": ("leather works", "place of hides"),
    "cemetery": ("graveyard", "burial place"),
    "fountain": ("water jet", "spouting basin"),
    "inn": ("tavern", "guest house"),
    "monastery": ("cloister", "home of monks"),
    "foundry": ("smelting works", "forge"),
    "warehouse": ("storehouse", "goods depot"),
    "bathhouse": ("sauna", "swimming pool"),
    "harbour": ("port", "quay"),
    "station": ("railway stop", "place of trains"),
    "barracks": ("garrison", "army post"),
    "archive": ("record office", "house of files"),
    "pharmacy": ("chemist shop", "place of pills"),
    "orphanage": ("foundling home", "shelter for waifs"),
    "palace": ("stately home", "princely seat"),
    "courthouse": ("tribunal", "seat of justice"),
    "zoo": ("menagerie", "animal park"),
    "stadium": ("sports arena", "football pitch"),
    "bank": ("savings office", "house of loans"),
    "chapel": ("shrine", "house of prayer"),
    "dam": ("barrage", "reservoir barrier"),
    "mint": ("coin works", "place of coinage"),
    "greenhouse": ("hothouse", "palm house"),
    "shipyard": ("boat works", "slipway"),
    "fortress": ("citadel", "stronghold"),
}

# As passages name it: (what questions know it for)
TOWNS = {
    "Arvenford": ("clocks", "watches"),
    "Belhaven": ("herrings", "kippers"),
    "Corwick": ("lace", "embroidery"),
    "Dunmere": ("salt", "brine"),
    "Eskby": ("cheese", "butter"),
    "Fennport": ("eels", "marshes"),
    "Galdale": ("violins", "fiddles"),
    "Hollinstead": ("gloves", "mittens"),
    "Ivelmouth": ("pearls", "oysters"),
    "Jorvale": ("honey", "bees"),
    "Kestrelby": ("falcons", "hawks"),
    "Lunwick": ("mirrors", "glassblowers"),
    "Marrowdale": ("pumpkins", "gourds"),
    "Nethergrad": ("jewels", "rings"),
    "Oxley": ("cattle", "bulls"),
    "Pellstead": ("hats", "furs"),
    "Quarrow": ("marble", "statues"),
    "Rosswick": ("roses", "perfume"),
    "Selmouth": ("ropes", "nets"),
    "Tarnby": ("poets", "verses"),
    "Ulverdale": ("wool", "yarn"),
    "Vandry": ("wine", "grapes"),
    "Wexholm": ("kites", "balloons"),
    "Yarrowby": ("herbs", "teas"),
    "Zelport": ("spices", "pepper"),
    "Ambleton": ("apples", "cider"),
    "Brackwell": ("mushrooms", "truffles"),
    "Cindervale": ("volcanoes", "lava"),
    "Dorrin": ("chess", "riddles"),
    "Elmstow": ("choirs", "hymns"),
    "Farlow": ("horses", "saddles"),
    "Glenmoor": ("fog", "mist"),
    "Harrowick": ("needles", "pins"),
    "Isenby": ("skates", "sledges"),
    "Kirrin": ("puppets", "marionettes"),
    "Lostwell": ("ghosts", "witches"),
    "Mossgrove": ("ink", "pencils"),
    "Orrin": ("onions", "leeks"),
    "Pinnock": ("carnivals", "masks"),
    "Ravensholm": ("ravens", "crows"),
    "Stellwick": ("students", "professors"),
    "Thornley": ("duels", "swords"),
}
TOWN_FRAMES = ("in the town of {T}", "in the town known for {T}")

# Axis: {value: (as questions word it, as passages word it)}
ATTRIBUTES = {
    "side": {
        "north": (
            ("on the north side", "at the northern end"),
            (
                "It faces the pole star.",
                "The arctic wind reaches it first.",
                "Moss covers it, for it lies in shade all day.",
            ),
        ),
        "south": (
            ("on the south side", "at the southern end"),
            (
                "It lies full in the midday sun.",
                "The road to the warm provinces starts at its gate.",
                "Figs ripen early along its wall.",
            ),
        ),
        "east": (
            ("on the east side", "at the eastern end"),
            (
                "It catches the first light of dawn.",
                "It looks towards the sunrise.",
                "The morning sun falls through its door.",
            ),
        ),
        "west": (
            ("on the west side", "at the western end"),
            (
                "It looks towards the sunset.",
                "Its windows glow in the last light of dusk.",
                "The evening sun falls through its door.",
            ),
        ),
    },
    "colour": {
        "red": (
            ("painted red", "with red walls"),
            ("Its front is scarlet.", "A crimson coat covers it.", "From afar it glows like a ruby."),
        ),
        "blue": (
            ("painted blue", "with blue walls"),
            ("Its front is azure.", "An indigo coat covers it.", "From afar it glows like a sapphire."),
        ),
        "green": (
            ("painted green", "with green walls"),
            ("Its front is emerald.", "An olive coat covers it.", "From afar it glows like jade."),
        ),
        "yellow": (
            ("painted yellow", "with yellow walls"),
            ("Its front is golden.", "An amber coat covers it.", "From afar it glows like a lemon."),
        ),
    },
    "material": {
        "stone": (
            ("built of stone", "made of rock"),
            ("Blocks of granite carry it.", "Masons cut it from basalt.", "Limestone for it came by barge."),
        ),
        "wood": (
            ("built of wood", "made of timber"),
            ("Beams of oak carry it.", "Carpenters joined it from larch.", "Pine logs for it came on rafts."),
        ),
        "metal": (
            ("built of metal", "made of iron"),
            ("Girders of steel carry it.", "Smiths riveted it from copper.", "Bronze for it came from old cannons."),
        ),
        "brick": (
            ("built of brick", "made of bricks"),
            (
                "Courses of fired clay carry it.",
                "Kilns close by baked every piece of it.",
                "Loam for it came from the meadow.",
            ),
        ),
    },
    "setting": {
        "hill": (
            ("on the hill", "on high ground"),
            ("It crowns a steep ridge.", "A long climb leads up to it.", "It clings to a mountain slope."),
        ),
        "lake": (
            ("by the lake", "on the shore"),
            ("Waves break below its steps.", "It stands on a beach.", "Rowing boats land beside it."),
        ),
        "woods": (
            ("in the woods", "among the trees"),
            ("Old beeches hide it.", "A thicket of birches surrounds it.", "Branches hang over its roof."),
        ),
        "underground": (
            ("under the ground", "below the street"),
            ("A shaft leads down to it.", "It fills a deep cave.", "Vaults and tunnels hold it."),
        ),
    },
    "owner": {
        "church": (
            ("owned by the church", "belonging to the clergy"),
            ("The bishop holds the deed.", "An abbot keeps its accounts.", "Parish tithes go into its upkeep."),
        ),
        "king": (
            ("owned by the king", "belonging to the crown"),
            ("The monarch holds the deed.", "A chamberlain keeps its accounts.", "The royal purse covers its upkeep."),
        ),
        "council": (
            ("owned by the council", "belonging to the citizens"),
            ("The mayor holds the deed.", "A municipal clerk keeps its accounts.", "Local taxes go into its upkeep."),
        ),
        "merchant": (
            ("owned by a merchant", "belonging to a company"),
            ("A rich shopkeeper holds the deed.", "A broker keeps its accounts.", "Shareholders cover its upkeep."),
        ),
    },
    "season": {
        "spring": (
            ("open in spring", "busy in spring"),
            ("Its gates are unlocked in April.", "Crowds come in May.", "It wakes when the tulips bloom."),
        ),
        "summer": (
            ("open in summer", "busy in summer"),
            ("Its gates are unlocked in July.", "Crowds come in August.", "It wakes when the heat is worst."),
        ),
        "autumn": (
            ("open in autumn", "busy in autumn"),
            ("Its gates are unlocked in October.", "Crowds come in September.", "It wakes when the leaves turn."),
        ),
        "winter": (
            ("open in winter", "busy in winter"),
            ("Its gates are unlocked in January.", "Crowds come in December.", "It wakes when snow lies deep."),
        ),
    },
    "hours": {
        "morning": (
            ("open in the morning", "for early risers"),
            ("The key turns at cockcrow.", "Breakfast is served inside.", "Its bell rings at six."),
        ),
        "noon": (
            ("open at noon", "for the middle of the day"),
            ("The key turns when shadows are shortest.", "A hot lunch is served inside.", "Its bell rings at twelve."),
        ),
        "evening": (
            ("open in the evening", "for the late hours"),
            ("The key turns at sundown.", "Supper is served inside.", "Its bell rings at seven."),
        ),
        "night": (
            ("open at night", "for the sleepless"),
            (
                "The key turns when the stars are out.",
                "Only candles light the inside.",
                "Its bell rings under the moon.",
            ),
        ),
    },
    "shape": {
        "round": (
            ("that is round", "in the form of a circle"),
            ("Its outline is a ring.", "It has no corner at all.", "It looks like a drum."),
        ),
        "square": (
            ("that is square", "in the form of a box"),
            ("Its floor is as wide as it is long.", "Four equal sides enclose it.", "It looks like a dice."),
        ),
        "triangle": (
            ("that is triangular", "in the form of a wedge"),
            ("Three corners point at three lanes.", "It tapers to a sharp tip.", "It looks like a slice of cake."),
        ),
        "cross": (
            ("that is crossed", "in the form of an x"),
            ("Four arms meet in its middle.", "Twelve corners break the wind.", "It looks like a plus sign."),
        ),
    },
    "size": {
        "large": (
            ("that is the largest", "of great size"),
            ("It dwarfs everything around it.", "A thousand people fit inside.", "Giant halls fill it."),
        ),
        "small": (
            ("that is the smallest", "of little size"),
            ("It is tiny.", "A dozen people fit inside.", "One narrow closet is all it holds."),
        ),
        "tall": (
            ("that is the tallest", "of great height"),
            ("Endless stairs wind up in it.", "Storks nest in its upper storeys.", "Its top is lost in the clouds."),
        ),
        "long": (
            ("that is the longest", "of great length"),
            ("A walk past it takes ten minutes.", "Endless corridors run through it.", "It stretches on for a mile."),
        ),
    },
    "state": {
        "ruined": (
            ("in ruins", "that fell down"),
            ("Only rubble is left of it.", "Its roof has collapsed.", "Weeds grow over the debris."),
        ),
        "repaired": (
            ("that was repaired", "that was rebuilt"),
            ("A renovation made it good as new.", "Craftsmen gave it a fresh face.", "Its cracks have been filled."),
        ),
        "closed": (
            ("that is closed", "that is abandoned"),
            ("Its gates are locked for good.", "Boards cover its doors.", "Nobody goes in any more."),
        ),
        "moved": (
            ("that was moved", "that came from elsewhere"),
            (
                "It was taken apart and carried here.",
                "Its parts arrived on forty carts.",
                "It used to stand in another valley.",
            ),
        ),
    },
    "users": {
        "sailors": (
            ("for sailors", "used by seamen"),
            ("Ship crews are served first.", "Mariners have a key of their own.", "Deckhands enter free."),
        ),
        "miners": (
            ("for miners", "used by pitmen"),
            ("Coal diggers are served first.", "Colliers have a key of their own.", "Tunnellers enter free."),
        ),
        "children": (
            ("for children", "used by the young"),
            ("Boys and girls are served first.", "Pupils have a key of their own.", "Toddlers enter free."),
        ),
        "farmers": (
            ("for farmers", "used by peasants"),
            ("Growers of barley are served first.", "Shepherds have a key of their own.", "Ploughmen enter free."),
        ),
    },
}

# Relation: (kind of answer, what it is about, wordings in training, held-out wordings, as passages state it)
RELATIONS = {
    "designer": (
        "person",
        ("the architect", "the designer", "designed by", "who planned it", "whose idea it was"),
        ("who designed {D}", "who was the architect of {D}", "whose design is {D}", "which architect made {D}"),
        ("which person planned {D}", "whose idea was {D}"),
        (
            "{V} drew the plans.",
            "The drawings are signed by {V}.",
            "{V} won the contest for it.",
            "It is the masterpiece of {V}.",
        ),
    ),
    "opening": (
        "year",
        ("the year of opening", "when it was built", "when it was finished", "its age", "how old it is", "its date"),
        ("when did {D} open", "when was {D} finished", "what year was {D} built", "since when does {D} exist"),
        ("how old is {D}", "what is the date of {D}"),
        (
            "It was inaugurated in {V}.",
            "Work ended in {V}.",
            "The scaffolding came down in {V}.",
            "The ribbon was cut in {V}.",
        ),
    ),
    "cost": (
        "number",
        ("the price", "what it cost", "how much they paid", "how expensive it was", "the sum needed"),
        (
            "how much did {D} cost",
            "what was the price of {D}",
            "how much did they pay for {D}",
            "what were the costs of {D}",
        ),
        ("how expensive was {D}", "what sum was needed for {D}"),
        (
            "The bill came to {V} talents.",
            "{V} talents were spent.",
            "It swallowed {V} talents.",
            "The treasury counted out {V} talents.",
        ),
    ),
    "keeper": (
        "person",
        ("the keeper", "who runs it", "who looks after it", "who minds it", "who takes care of it", "in charge"),
        ("who looks after {D}", "who runs {D}", "who is the keeper of {D}", "who is in charge of {D}"),
        ("whose job is it to mind {D}", "who takes care of {D}"),
        (
            "{V} lives on the site as warden.",
            "{V} has held the keys for years.",
            "Daily matters are left to {V}.",
            "The steward is {V}.",
        ),
    ),
    "donor": (
        "person",
        ("the sponsor", "who paid for it", "who gave the money", "the patron", "who funded it"),
        (
            "who paid for {D}",
            "who gave the money for {D}",
            "who was the sponsor of {D}",
            "at whose expense was {D} built",
        ),
        ("who is the patron of {D}", "who funded {D}"),
        (
            "It was a gift of {V}.",
            "{V} left a fortune for it.",
            "The estate of {V} financed it.",
            "{V} signed the cheque.",
        ),
    ),
    "visitors": (
        "number",
        (
            "how many people visit",
            "the number of visitors",
            "how popular it is",
            "the attendance",
            "how many go to see it",
        ),
        (
            "how many people visit {D}",
            "how many visitors does {D} have",
            "how popular is {D}",
            "how many guests come to {D}",
        ),
        ("what is the attendance of {D}", "how many go to see {D}"),
        (
            "{V} tickets are sold a year.",
            "The register grows by {V} names a year.",
            "{V} travellers stop there every year.",
            "A turnstile counted {V} entries last year.",
        ),
    ),
    "predecessor": (
        "plot",
        (
            "what stood there before",
            "what was torn down",
            "what it took the place of",
            "what used to be there",
            "what was demolished",
        ),
        (
            "what stood on the site of {D}",
            "what was there before {D}",
            "what was torn down for {D}",
            "what did {D} take the place of",
        ),
        ("what used to be where {D} is now", "what was demolished for {D}"),
        (
            "A {V} had to make way for it.",
            "It replaced a {V}.",
            "Earlier the plot held a {V}.",
            "Remains of a {V} lie beneath it.",
        ),
    ),
    "duration": (
        "months",
        (
            "how long it took",
            "the time of construction",
            "how slowly it went up",
            "how long the building lasted",
            "its building time",
        ),
        (
            "how long did it take to build {D}",
            "how long was {D} under construction",
            "how much time did {D} take",
            "how long did the building of {D} last",
        ),
        ("how slowly did {D} go up", "what was the building time of {D}"),
        (
            "The masons needed {V} months.",
            "Work dragged on for {V} months.",
            "It rose within {V} months.",
            "{V} months lay between the first and the last day of work.",
        ),
    ),
}

POLITE = ("", "", "", "", "do you know ", "tell me ", "please say ", "i want to know ")

INTROS = (
    "{T} has more than one {K}, and this entry describes one of them.",
    "This {K} is one of several in {T}.",
    "Travellers who come to {T} are shown this {K}.",
    "Among all that {T} has to show, this {K} is easily missed.",
    "In {T} this {K} is simply called the old one.",
)
FILLERS = (
    "Postcards of it were once sold by the hundred.",
    "Plans to change it have been dropped.",
    "A guide gives it two lines.",
    "It has been drawn by several painters.",
    "Its story is told in a song.",
    "Insurance papers describe it at length.",
    "A stamp was printed in its honour.",
    "Records about it are incomplete.",
    "Nothing much has happened there since.",
    "It gave its name to an alley.",
    "A plaque was put up by a society.",
    "A storm once damaged the weathercock.",
    "Photographs of it are rare.",
    "A film was shot in front of it.",
    "Cats sleep on the warm steps.",
    "It was lit up for the jubilee.",
    "A dispute about the fence went on for a decade.",
    "The pavement in front of it is worn.",
    "An oil portrait hangs over the fireplace.",
    "Swallows return to the gutter each year.",
    "A spelling mistake on its sign was never corrected.",
    "Its cellar has not been opened for ages.",
    "The ivy was cut back last week.",
    "A model of it can be seen at the fair.",
)
OUTROS = (
    "Any other {K} in {T} is described elsewhere.",
    "People of {T} are fond of it.",
    "No {K} near {T} is quite like it.",
    "The coat of arms of {T} hangs above the entrance.",
)

FIRST_NAMES = (
    "Alma", "Bruno", "Celia", "Dario", "Edda", "Farid", "Greta", "Hugo", "Iris", "Jonas", "Kira", "Leif", "Mina",
    "Nils", "Olga", "Pavel", "Rosa", "Stefan", "Tilda", "Vera", "Wanda", "Yusuf",
)  # fmt: skip
LAST_NAMES = (
    "Abernethy", "Bostick", "Calloway", "Drummel", "Eskola", "Farrow", "Grimaldi", "Hartwell", "Ibsen", "Jarvela",
    "Kowal", "Lindqvist", "Marchetti", "Norwood", "Okafor", "Pemberton", "Quillon", "Rasmussen", "Sandoval",
    "Thackeray", "Ullman", "Vasquez", "Whitlock", "Zeller",
)  # fmt: skip
PLOTS = (
    "rose bed", "duck pond", "coal yard", "row of cottages", "bowling green", "cherry orchard", "stable", "toll booth",
    "sawmill", "potter's shed", "cabbage patch", "dovecote", "smithy", "gravel pit", "laundry", "hayloft",
)  # fmt: skip
