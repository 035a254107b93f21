"""The check for protected attributes that a model could use because nobody marked them.

The words are hints for a person who looks, not a list of what a law protects.
"""

from __future__ import annotations

from core.cleaning.checks.naming import said, wordings
from core.cleaning.checks.spelling import folded
from core.cleaning.finding import Finding
from core.cleaning.profile import Profile, Table
from core.schema import MODEL_ROLES, Kind

_FAMILY = (
    *("mother", "father", "parent", "parents", "parental", "guardian", "guardians", "family", "sibling"),
    *("madre", "padre", "padres", "mae", "pai", "pais", "mutter", "vater", "eltern", "mere", "pere"),
)
_MEASURED = (
    "score",
    "scores",
    "grade",
    "grades",
    "points",
    "mark",
    "marks",
    "course",
    "exam",
    "test",
)
_WORDS: dict[str, str] = {
    "sex or gender": "sex, gender, gender identity, pronouns, genero, sexo, geschlecht, sexe, "
    "anrede, salutation, transgender, kon, plec",
    "race or ethnicity": "race, ethnicity, ethnic, ethnic group, ethnicity group, raza, raca, etnia, ethnie, "
    "rasse, ethnizitat, caste, tribe, skin colour, skin color",
    "age": "age, ages, birth date, date of birth, birthdate, birthday, dob, birth year, year of birth, born, "
    "edad, idade, alter, geburtsdatum, geburtsjahr, fecha de nacimiento, data de nascimento, naissance",
    "religion": "religion, religious, faith, denomination, konfession, religiao, creed",
    "disability or health": "disability, disabilities, disabled, handicap, special needs, special "
    "educational needs, impairment, behinderung, discapacidad, deficiencia, dyslexia, adhd, autism, "
    "diagnosis, pregnant, pregnancy, health status, mental health",
    "nationality or origin": "nationality, nacionality, citizenship, nationalitat, staatsangehorigkeit, "
    "nacionalidad, nacionalidade, nationalite, country of birth, birth country, place of birth, birthplace, "
    "country of origin, migrant, migration background, migrationshintergrund, immigrant, refugee, "
    "visa status",
    "first language": "first language, mother tongue, native language, home language, muttersprache, "
    "lengua materna, lingua materna, langue maternelle, english learner",
    "marital status": "marital status, marital, civil status, estado civil, familienstand, etat civil, "
    "married",
    "sexual orientation": "sexual orientation, lgbt, lgbtq",
    "political view or union": "political view, political party, union member, trade union",
}
_WHOLE: dict[str, str] = {
    "sex or gender": "male, female, is male, is female, woman, weiblich, mannlich",
    "race or ethnicity": "black, white, asian, hispanic, latino, indigenous, minority, roma",
    "nationality or origin": "international, international student, country, foreign, foreigner",
    "disability or health": "health, send, iep, pregnant",
    "religion": "catholic, muslim, christian, jewish, hindu",
}
"""Words that mean it only when they are the whole name."""
_ANSWERS: dict[str, str] = {
    "sex or gender": "female, male, f, m, w, woman, man, women, men, girl, boy, femme, homme, mujer, hombre, "
    "feminino, masculino, femenino, weiblich, mannlich, divers, non binary, nonbinary, other, d, x",
    "race or ethnicity": "white, black, asian, hispanic, latino, latina, african american, native american, "
    "pacific islander, indigenous, roma, mixed, other, two or more races, caucasian, arab, maori",
    "religion": "catholic, protestant, muslim, christian, jewish, hindu, sikh, buddhist, orthodox, atheist, "
    "none, no religion, other, islam, judaism, hinduism, buddhism, christianity",
}
_NO_SIGN = {"other", "none", "d", "x", "w", "mixed", "divers", "white", "black", "orthodox"}
"""Answers that other questions have as well."""


def unmarked_protected(table: Table) -> list[Finding]:
    """Q022: columns in a model's role that seem to hold a protected attribute, by their name or answers."""
    used = table.of_roles(*MODEL_ROLES)
    if not used:
        return [Finding("Q022", "not applicable", "No column may be used by a model.")]
    return [one for p in used if (one := _finding(p)) is not None]


def _finding(profile: Profile) -> Finding | None:
    column, by = profile.column, "its name"
    what = _by_name(profile)
    if what is None:
        what, by = _by_answers(profile), "its answers"
    if what is None:
        return None
    words = (
        f"'{column.title}' seems to be {what}, by {by}, and a model may use it as a {column.role.value}. "
        "Give it the role protected: then no model uses it, and it serves only to see who is treated worse."
    )
    return Finding("Q022", "issue", words, column.name, 1, ())


def _by_name(profile: Profile) -> str | None:
    for what, words in _WORDS.items():
        if said(profile.column, words.split(", "), unless=(*_FAMILY, *_MEASURED)):
            return what
    names = {" ".join(words) for words in wordings(profile.column)}
    return next((what for what, words in _WHOLE.items() if names & set(words.split(", "))), None)


def _by_answers(profile: Profile) -> str | None:
    """Return the attribute of which all of the column's texts are answers, two or more of them plain ones."""
    if not profile.is_text or profile.column.kind is not Kind.CATEGORY or not 2 <= len(profile.tidy) <= 20:
        return None
    found = {folded(str(text)) for text in profile.tidy.index}
    for what, answers in _ANSWERS.items():
        known = found & set(answers.split(", "))
        if known == found and (len(known - _NO_SIGN) >= 2):
            return what
    return None
