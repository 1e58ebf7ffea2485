"""
The words that are known: lists by which others tell nouns, qualities and verbs apart.
"""

from __future__ import annotations

from typing import Final

DOING: Final = (
    r"offering|serving|baking|making|selling|helping|providing|specialising|specializing|using|giving"
    "|accepting|overlooking|facing|bringing|combining|delivering|creating|teaching|crafting|celebrating|run|building (?=an?\b|the\b|your\b)|opening (?=in\b|on\b|this\b|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\s\\d)"
)
"""
Participles that hang a clause on a noun.
"""

PROPER: Final = frozenset(
    [
        "Italian", "French", "Greek", "Thai", "Indian", "Japanese", "Chinese", "Mexican", "Spanish",
        "American", "British", "English", "German", "Swiss", "Danish", "Nordic", "Norwegian",
        "Swedish", "Finnish", "Korean", "Vietnamese", "Turkish", "Lebanese", "Mediterranean",
        "Scandinavian", "European", "African", "Belgian", "Irish", "Scottish", "Dutch", "Polish",
        "Portuguese", "Moroccan", "Persian", "Christmas", "Easter", "Halloween", "Black", "Friday",
        "Valentine's", "Monday", "Tuesday", "Wednesday", "Thursday", "Saturday", "Sunday", "Viking",
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December", "Bluetooth", "Python", "Ethiopian", "Colombian",
        "Brazilian", "Neapolitan", "Victorian", "Icelandic", "Australian", "Canadian", "Arabic",
    ]
)  # fmt: skip
"""
Words that keep their capital inside a sentence.
"""

BUSINESSES: Final = (
    r"service|bakery|caf[eé]|restaurants?|bistro|pizzeria|diner|pub|bar|brewery|winery|shop|store|studio|clinic|salon|gym"
    r"|hotel|hostel|resort|museum|gallery|agency|firm|company|school|academy|nursery|kindergarten"
    r"|daycare|charity|shelter|garage|dealership|practice|hospital|pharmacy|bank|spa|barbershop"
    r"|bookshop|bookstore|market|supermarket|farm|butcher|florist|library|theat(?:er|re)|zoo|cinema"
    r"|foundation|nonprofit|non-profit|organi[sz]ation|startup|start-up|brand|business|team|club"
    r"|cooperative|co-op|trattoria|osteria|taqueria|brasserie|eatery|delicatessen|deli|creamery|chocolatier|workshop|centre|center|university|college|bootcamp|airline|consultancy"
    r"|plumbers?|electricians?|dentists?|doctors?|lawyers?|accountants?|photographers?|tutors?|teachers?|coach(?:es)?|trainers?"
    r"|therapists?|physiotherapists?|psychologists?|barbers?|hairdressers?|builders?|roofers?|painters?|gardeners?|cleaners?|mechanics?"
    r"|movers|handym[ae]n|advis[eo]rs?|agents?|nann(?:y|ies)|chefs?|stylists?|nutritionists?|masseuse|notar(?:y|ies)|surveyors?|locksmiths?|carpenters?|tailors?|caterers?|contractors?|consultants?|designers?|brokers?|architects?|veterinarians?|vets?|opticians?|realtors?|makers?|roastery|patisserie|greengrocer|guesthouse|campsite|manufacturer|supplier|carpentry"
    r"|vineyard|winemaker|distillery|orchard|boutique|atelier|lodge|inn|choir|orchestra|launderette|kennels?|cattery|church"
)
MASS: Final = frozenset(
    ["fish", "seafood", "meat", "electricity", "energy", "power", "gin", "rum", "vodka", "whisky", "whiskey", "cider", "soap", "shampoo", "paint", "fuel",
     "broadband", "internet", "flooring", "golf", "zumba", "karate", "judo", "crossfit", "ballet", "chess", "bowling", "tennis", "skincare", "juice", "coffee", "tea", "water", "food", "bread", "software", "furniture",
     "jewelry", "jewellery", "insurance", "clothing", "wine", "beer", "chocolate", "honey",
     "therapy", "care", "milk", "music", "equipment", "education", "cheese", "granola",
     "kombucha", "makeup", "cookware", "footwear", "pasta", "ice-cream", "oil", "soda", "lemonade",
     "sunscreen", "fashion", "yoga", "repair", "design", "advice", "decor", "apparel", "cereal",
     "travel", "soap", "shampoo", "matcha", "whisky", "whiskey", "gin", "rice", "sauce", "butter",
     "delivery", "espresso", "cold-brew", "brew", "cocoa", "cider", "rum", "vodka", "ice", "cream", "yogurt",
     "salmon", "meat", "fruit", "sushi", "pizza", "sourdough", "toothpaste", "detergent", "perfume",
     "lipstick", "fabric", "leather", "wool", "wood", "steel", "cotton", "linen", "gelato", "support",
     "maintenance", "security", "banking", "hosting", "healthcare", "transport", "storage", "logistics",
     "crema", "bass", "sound", "sugar", "jargon", "service", "access", "ceramide", "storytelling", "art", "fun",
     "chicken", "beef", "pork", "seafood", "jerky", "preparation", "detailing", "opening hours", "air", "energy", "power", "data", "space", "quality", "comfort", "performance", "parking", "wi-fi", "wifi", "shipping"]
)  # fmt: skip
COUNT: Final = frozenset(
    ["battery", "frame", "sleeve", "warranty", "guarantee", "screen", "display", "camera", "motor",
     "handle", "strap", "lid", "case", "pocket", "range", "app", "menu", "garden", "terrace", "pool", "view",
     "balcony", "kitchen", "bathroom", "team", "interface", "filter", "bag", "box", "dashboard",
     "trial", "subscription", "charger", "sensor", "seat", "roof", "engine", "sole", "finish",
     "collar", "hood", "zip", "zipper", "button", "lens", "mode", "blade", "base", "stand", "design",
     "atmosphere", "timer", "movement", "strap", "price", "sauna", "playground", "bar", "restaurant", "gym", "elevator", "garage", "fireplace", "plan", "community",
     "trainer", "coach", "teacher", "library", "score", "fit", "look", "taste", "flavour", "flavor", "scent", "texture", "lining", "compartment"]
)  # fmt: skip
PARTICIPLES: Final = (
    r"(?:\w+-)?(?:\w{2,}ed|made|built|grown|woven|sewn|born|cut|sold|spun|bred|caught|drawn|written"
    r"|hand-?made|blown|kept|fed|run|ground|sent|set|chosen|driven|proven|led|shot|bound|dried|taught)"
)
NO_PARTICIPLES: Final = frozenset(
    [
        "need",
        "feed",
        "speed",
        "seed",
        "bed",
        "shed",
        "breed",
        "weed",
        "led",
        "set",
        "cut",
        "run",
        "red",
    ]
)
ADJECTIVES: Final = frozenset(
    ["sleek", "green", "red", "blue", "black", "white", "golden", "dark", "bitter", "modern", "light", "soft", "warm", "bold", "bright", "crisp", "fresh", "clean",
     "simple", "smart", "fast", "quick", "strong", "tough", "quiet", "slim", "thin", "small", "big", "large",
     "compact", "durable", "natural", "organic", "vegan", "vegetarian", "local", "affordable", "cheap",
     "lightweight", "waterproof", "wireless", "handmade", "homemade", "comfortable", "comfy",
     "cozy", "cosy", "elegant", "premium", "classic", "safe", "secure", "gentle", "pure", "raw",
     "seasonal", "friendly", "honest", "certified", "licensed", "insured", "sustainable", "easy",
     "stylish", "innovative", "smooth", "rich", "creamy", "spicy", "sweet", "crunchy", "tasty",
     "delicious", "healthy", "nutritious", "refreshing", "family-run", "family-owned", "independent",
     "transparent", "minimal", "timeless", "new", "open", "ready", "available", "perfect", "ideal", "great", "good",
     "suitable", "free", "electric", "solar", "hybrid", "private", "central", "silent", "unique", "fair",
     "luxurious", "spacious", "sunny", "romantic", "hypoallergenic", "antibacterial", "dermatologist-tested", "dry", "cool", "hot", "cold", "chewy", "fluffy", "juicy", "authentic", "tender", "bpa-free",
     "fun", "calm", "personal", "professional", "fully", "kid-safe", "accurate", "precise", "reliable", "flexible", "portable", "powerful", "compliant", "compatible", "approved", "adjustable", "unscented", "crisp", "custom", "breathable", "foldable", "recyclable", "experienced", "halal", "kosher", "magnetic", "ergonomic", "retro", "vintage", "rustic"]
)  # fmt: skip
ADJECTIVE_ENDINGS: Final = (
    "-free", "-proof", "-friendly", "-made", "-based", "-grown", "-pressed", "-owned", "-run",
    "-resistant", "-cut", "-roasted", "-baked", "-fed", "-safe", "-ready", "-poured", "-crafted",
    "-built", "-tested", "-certified", "-fired", "-brewed", "-picked", "-powered", "-sourced", "-neutral", "-aged", "proof", "less", "able", "ible", "ous", "ful",
)  # fmt: skip
NO_ADJECTIVES: Final = frozenset(
    [
        "table",
        "cable",
        "vegetable",
        "timetable",
        "wireless",
        "spoonful",
        "handful",
        "bible",
        "stable",
        "business",
        "wellness",
        "fitness",
    ]
)
NO_SINGLES: Final = frozenset(
    [
        "by",
        "my",
        "any",
        "every",
        "they",
        "why",
        "only",
        "berry",
        "candy",
        "jelly",
        "curry",
        "rosemary",
        "ivory",
        "cherry",
        "music",
        "garlic",
        "fabric",
        "mosaic",
        "olive",
        "metal",
        "crystal",
        "coral",
        "mineral",
        "oriental",
        "therapy",
        "energy",
        "bed",
        "seed",
        "feed",
        "family",
        "lady",
        "baby",
        "body",
        "story",
        "city",
        "party",
        "library",
        "technology",
        "history",
        "warranty",
        "tv",
        "diy",
        "clay",
        "hotel",
        "medal",
        "meal",
        "deal",
        "seal",
        "animal",
        "festival",
        "portal",
        "journal",
        "manual",
        "ceramic",
        "plastic",
        "clinic",
        "topic",
        "logic",
        "magic",
        "traffic",
        "cosmetic",
    ]
)
VERBS: Final = (
    r"help|make|give|bring|keep|let|offer|provide|deliver|fix|serve|last|work|turn|connect|save|build"
    r"|grow|take|feel|protect|clean|fit|mean|come|open|present|return|launch|celebrate|welcome|invite|arrive"
    r"|rescue|integrate|weigh|cost|bring|cancel|look|smell|taste|charge|sync|track|go|stay|remove|run|use|bake|roast|brew|teach|sell|learn|find"
    r"|automate|reduce|replace|pay|send|plan|design|repair|install|support|train|treat|feed|ship|start|begin|close|get|need"
    r"|want|love|know|create|cut|stop|lift|hold|store|show|play|move|ride|drive|read|write|tell|earn|lose|cover|combine|include|contain|cook|grill|handle|manage|organi[sz]e|translate|scan|detect|heal|match|block|boost|improve|transform|adapt|absorb|dry|warm|cool|shine|sound|care|listen|speak|live|meet|join|host|follow|lock|hydrate|nourish|soothe|repel|smooth|glide|wrap|print|grind|pour|share|donate|plant|fund|reach|transport|haul|film|shoot|restore|renovate|guide|represent|advise|publish|record|book|compare|schedule|switch|apply|happen|take place|close|vote|depart|sail|fly|raise"
)
DOES: Final = (
    r"adapt|alert|answer|arrange|assemble|attach|burn|calm|carry|clip|count|crunch|cut|defend|delight|deploy|deserve"
    r"|disappear|dissolve|double|eliminate|expand|export|extend|filter|float|fold|freeze|glow|guard|heat|import|inspire"
    r"|kill|know|lead|light|listen|map|match|matter|measure|melt|monitor|mount|offer|pack|perform|play|prevent|produce"
    r"|promise|purify|put|react|recharge|recommend|recover|recycle|refill|release|rest|rise|roll|rotate|scare|seat|see"
    r"|simplify|slide|sleep|slip|snap|solve|spark|stick|stream|stretch|support|survive|take|tone|trap|unfold|unite|wake"
    r"|wash|water|wear|win|wipe|breathe|spin|speed|suit|swap|sort|spot|switch|trace|whisper|zip"
)
"""
Verbs that are only sure at the head of a point ("folds in 10 seconds") or behind a subject
that is marked as one ("our dough rests for 72 hours").
"""

ORDERS: Final = (
    r"donate|volunteer|register|subscribe|enroll?|buy (?:one|two|three)|say|stop|join|learn|adopt|vote|imagine|forget|don't|never|enjoy|become|unlock|lose|quit|skip|ditch"
    r"|unwind|relax|upload|manage|automate|simplify|eat|live|go|trust|bring|ask|tell|think|start (?!up)|let"
)
"""
Verbs that open a sentence to the listener whatever follows.
"""

POINTS: Final = (
    r"lose|get|learn|upload|manage|choose|pick|solve|explore|discover|meet|find|create|send|keep|stay|cancel|become"
    r"|track(?! record| light| suit)|build(?= (?:your|an?|the)\b)|see(?= (?:your|the|what|how)\b)|enjoy"
)
"""
Verbs at the head of a point that tell the listener what can be done with it.
"""

AFTER: Final = (
    r"in|by|with|from|for|to|at|on|using|without|over|under|since|daily|and|every|each|all|right|here"
    r"|locally|until|near|as|of|up|into|like|so|within|around|the same|fresh|slowly|only|twice|once"
)

CARRIERS: Final = frozenset(
    [
        "line",
        "range",
        "collection",
        "brand",
        "set",
        "kit",
        "pack",
        "box",
        "subscription",
        "service",
        "services",
        "studio",
        "company",
        "business",
        "shop",
        "store",
        "center",
        "centre",
        "experience",
        "lessons",
        "session",
        "sessions",
        "day",
        "night",
        "week",
        "weekend",
        "evening",
        "sale",
        "rental",
        "delivery",
        "club",
        "house",
        "bar",
        "stick",
        "spray",
        "spf",
        "online",
        "account",
        "plans",
        "plan",
        "program",
        "programme",
        "products",
        "product",
        "treatments",
        "treatment",
        "appointments",
        "firm",
        "team",
        "expert",
        "experts",
        "bottle",
        "bottles",
        "jar",
        "jars",
        "blend",
        "beans",
        "system",
        "provider",
        "solution",
        "solutions",
        "membership",
        "season",
        "opening",
        "launch",
        "new",
        "pro",
        "mini",
        "co",
        "and",
        "practice",
        "roastery",
        "sessions",
        "special",
    ]
)
"""
Nouns that say nothing of what they carry: a "skincare line" is skincare.
"""
