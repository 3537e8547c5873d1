"""Small words of both languages that say whose a feeling is and whether it is so. Law: plain words and no themes."""

from __future__ import annotations

from collections.abc import Mapping

NEGATIONS = frozenset(
    "not no never without neither nor none nobody nothing hardly barely rarely instead "
    "nunca jamas sin ni nadie nada ningun ninguna ninguno tampoco apenas".split()
)
#: What is supposed, wished or asked. "tal": of "tal vez".
HYPOTHETICALS = frozenset(
    "if would could might may should unless whether maybe perhaps suppose imagine imagined wish wished wishes "
    "si quiza quizas tal acaso ojala podria podrian deberia deberian seria serian habria habrian estaria estarian "
    "haria hubiera hubieran hubiese fuera fueran fuese".split()
)

#: First persons who do or feel something, first persons to whom it is done, and those to whom it belongs.
I_DO = frozenset(
    "i yo siento senti estoy estuve soy quede sali tengo tuve llore falle debi dudo rei ando vengo pude quise "
    "temo".split()
)
TO_ME = frozenset("me mine myself conmigo".split())
MY = frozenset("my mi mis".split())

#: Others who may feel it: with one of them between the first person and the cue, the feeling is theirs. "se" and a few
#: verbs stand for others whom Spanish does not name.
OTHERS = frozenset(
    "he she they who everyone everybody someone somebody people woman man lady "
    "child children kid kids boy boys girl girls baby babies toddler toddlers infant infants "
    "son daughter brother sister siblings mother mothers mom moms mama mommy father fathers dad dads papa daddy "
    "parent parents grandmother grandma grandfather grandpa aunt uncle husband wife partner family families "
    "caregiver caregivers teacher teachers aide aides director directors supervisor supervisee boss coworker coworkers "
    "colleague colleagues staff team client clients nurse doctor midwife provider providers worker caseworker "
    "coordinator ella ellas ellos quien quienes alguien todos todas gente senora senor muchacha muchacho chica chico "
    "nino nina ninos ninas nene nena bebe bebes hijo hija hijos hijas hermano hermana hermanos madre madres padre "
    "padres abuela abuelo abuelos tia tio esposo esposa marido pareja familia familias cuidadora cuidador cuidadores "
    "maestra maestro maestras maestros asistente directora supervisora jefa jefe companera companero companeras "
    "companeros colega colegas equipo enfermera doctora trabajadora coordinadora "
    "se tiene tienen siente sienten sintio dijo dice".split()
)
#: Right before a feeling ("her anger"), and right after it ("how scared she is"), they say whose it is.
THEIRS = frozenset("her his their su sus".split())
THEY = frozenset("he she they".split())

#: What an accent alone tells apart, before accents go: yes and if, he and the, me and my, "he asked" and "I ask".
TOLD_APART: Mapping[str, str] = {"sí": "yes", "él": "ella", "mí": "conmigo", "preguntó": "pidio"}
#: How some type, and words that are spelled in two ways.
SPELLED: Mapping[str, str] = {
    "im": "i am", "ive": "i have", "dont": "do not", "didnt": "did not", "doesnt": "does not", "isnt": "is not",
    "arent": "are not", "wasnt": "was not", "werent": "were not", "cant": "can not", "cannot": "can not",
    "couldnt": "could not", "wont": "will not", "wouldnt": "would not", "shouldnt": "should not", "havent": "have not",
    "hasnt": "has not", "hadnt": "had not", "idk": "i do not know", "mum": "mom", "canceled": "cancelled",
    "canceling": "cancelling",
}  # fmt: skip
