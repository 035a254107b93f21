"""Words for protected attributes and for barriers, in several languages; without accents, word by word.

They are hints for a guess that is shown with its reason and corrected by a person, not a legal list.
"""

from __future__ import annotations

from core.sources.columns.hints import Hint
from core.sources.columns.vocabulary import PARENTS, SCORES

PROTECTED = (
    Hint(
        "race or ethnicity",
        "race, races, racial, ethnic*, etnia, etnico, raza, raca, ethnie, ethnizitat, rasse, caste, "
        "tribe, skin colour, skin color, tribal, cor raca",
        unless=(
            "race time, race day, race distance, race result, race position, car race, 100 m, relay, "
            f"{SCORES}"
        ),
    ),
    Hint(
        "race or ethnicity",
        "asian, black, african american, white, hispanic, hispan, latino, latina, latinx, indigenous, "
        "aboriginal, maori, native american, roma, minority, is black, is white, is asian, is hispanic, "
        "urm, underrepresented minority, pacific islander",
        whole=True,
    ),
    Hint(
        "gender",
        "gender, sex, genero, sexo, geschlecht, sexe, pronoun, pronouns, transgender, nonbinary, anrede, "
        "salutation",
        unless="gender studies",
    ),
    Hint(
        "gender",
        "male, female, is male, is female, genre, woman, man, girl, boy, weiblich, mannlich",
        whole=True,
    ),
    Hint(
        "age",
        "age, ages, age group, idade, edad, alter, altersgruppe, date of birth, birth date, birthdate, "
        "birthday, dob, yob, year of birth, birth year, born, geburtsdatum, geburtsjahr, geburtstag, "
        "fecha de nacimiento, data de nascimento, nacimiento, nascimento, date de naissance, naissance",
        unless=(
            "place of birth, birth place, country of birth, lugar de nacimiento, gold age, stone age, "
            f"{PARENTS}"
        ),
    ),
    Hint("age", "eta, age band, alter in jahren", whole=True),
    Hint(
        "disability or health",
        "disability, disabilities, disabled, handicap*, special needs, special need, special educational "
        "needs, special education, sen, iep, impairment, impaired, dyslexi*, adhd, autis*, neurodiver*, "
        "behinder*, discapacidad*, deficien*, necesidades especiales, necessidades especiais, chronic "
        "illness, health status, medical condition, diagnosis, mental health, schwerbehindert*",
    ),
    Hint(
        "health",
        "send, send status, health, gesundheit, salud, saude, sante, pregnant, pregnancy, is pregnant",
        whole=True,
    ),
    Hint("pregnancy", "pregnan*, embaraz*, gravida, gravidez, schwanger*, enceinte, maternity"),
    Hint(
        "religion",
        "religion, religions, religious, religiao, religioso, religiosa, faith, denomination, konfession, "
        "church, glaube, creed",
        unless=f"religious studies, religion class, religion course, {SCORES}",
    ),
    Hint(
        "religion",
        "catholic, muslim, christian, jewish, hindu, sikh, buddhist, protestant, atheist",
        whole=True,
    ),
    Hint(
        "nationality or origin",
        "nationality, nationalities, nacional*, nationalitat, nationalite, staatsangehorig*, "
        "staatsburger*, citizen, citizens, citizenship, ciudadania, cidadania, citoyennete, country of "
        "birth, birth country, birthplace, place of birth, birth place, native country, home country, "
        "country of origin, origin country, pais de origen, lugar de nacimiento, herkunft, herkunftsland, "
        "immigra*, migrant, migrants, migration, migrationshintergrund, refugee, refugees, asylum, "
        "foreigner, foreign born, auslander*, extranjero, estrangeiro, visa status",
        unless="nacional exam, exame nacional, examen nacional, data migration",
    ),
    Hint(
        "nationality or origin",
        "international, is international, international student, international status, country, foreign, "
        "pais, land, pays, student country, nation",
        whole=True,
    ),
    Hint(
        "mother tongue, which stands for origin",
        "mother tongue, native language, first language, home language, english learner, english language "
        "learner, muttersprache, lengua materna, lingua materna, langue maternelle",
        unless=SCORES,
    ),
    Hint("mother tongue, which stands for origin", "ell, esl, lep, eal", whole=True),
    Hint(
        "marital status",
        "marital, marriage, married, civil status, estado civil, familienstand, etat civil, spouse",
        unless=PARENTS,
    ),
    Hint(
        "sexual orientation",
        "sexual orientation, orientation sexuelle, orientacion sexual, lgbt*, queer, sexuality",
    ),
    Hint("political view or union", "political*, union member, trade union, party membership"),
    Hint("military service", "veteran, is veteran, veteran status", whole=True),
)
"""Attributes that law or decency keeps out of a model."""

BARRIERS = (
    Hint(
        "paid work",
        "work hours, hours of work, working hours, hours worked, weekly work, work per week, paid work, "
        "job, jobs, nebenjob, employed, employment, part time, parttime, works, working, wrk hrs, "
        "arbeit*, erwerbstatig*, trabaj*, trabalh*, emploi",
        unless=f"{PARENTS}, job code, unemployment, prospects, part time study, after graduation",
    ),
    Hint("paid work", "work, job hours, work weekly", whole=True),
    Hint(
        "the way to school",
        "travel, traveltime, commute, commuting, commuter, distance, transport*, journey, schulweg, "
        "fahrzeit, anfahrt, pendel*, distancia, desplazamiento, trajet, deslocamento, bus",
        unless="distance learning, distance education, distance course, travel abroad",
    ),
    Hint(
        "a device or the internet",
        "device, devices, laptop, computer, computers, own pc, has pc, pc at home, tablet, smartphone, "
        "internet, wifi, broadband, online access, connectivity, access to resources, home resources, "
        "study resources, ordenador, computador*, internetzugang, ordinateur",
        unless=("computer science, computer course, computer class, internet addiction"),
    ),
    Hint(
        "money for studying",
        "fee, fees, tuition, debt, debts, debtor, owed, owes, owing, arrears, balance due, outstanding "
        "balance, unpaid, scholarship, scholarships, bursary, financial aid, financial need, student "
        "loan, loan, loans, grant, grants, hardship, gebuhr*, schulden, stipendium, bafog, beca, becas, "
        "bolsa, bolsista, bourse, boursier, propina*, mensalidade, devedor, deuda, deudor, matricula "
        "pagada, pell",
    ),
    Hint(
        "care duties",
        "care duties, care duty, care hours, caring, carer, caregiver, caregiving, childcare, children, "
        "dependents, dependants, kids, care of, family care, pflege*, kinder, hijos, filhos, enfants, "
        "cuidado*",
        unless="health care, after care",
    ),
    Hint("food", "lunch, lunchtype, meal, meals, food, breakfast, mensa, almuerzo, almoco, cantine, hunger"),
    Hint(
        "housing",
        "housing, homeless*, accommodation, unhoused, wohnung, wohnsituation, vivienda, moradia, logement",
    ),
    Hint(
        "attendance",
        "attendance, attend, attended, attends, attnd*, absence*, absent*, absentee*, absen*, truan*, "
        "tardy, tardiness, lateness, skipped, days missed, missed days, missed classes, classes missed, "
        "fehlzeit*, fehltag*, fehlstunden, anwesenheit*, asistencia*, inasistencia*, ausencia*, falta, "
        "faltas, frequencia, presenca, assiduidade, presence",
        unless="daytime, evening, day evening, attendance type, attendance mode, absence of",
    ),
    Hint(
        "time for studying",
        "study hours, study hour, study time, studytime, hours studied, hours of study, hours study, "
        "studying hours, time studied, study per week, weekly study, self study, homework, homeworks, "
        "lernzeit, lernstunden, hausaufgaben, horas de estudio, horas estudio, tiempo de estudio, horas "
        "de estudo, tempo de estudo, devoirs",
    ),
    Hint("time for studying", "study, studies weekly", whole=True),
    Hint("sleep", "sleep, sleeping, slept, schlaf*, sueno, sono, sommeil"),
    Hint(
        "tutoring or preparation",
        "tutor*, test preparation, test prep, exam preparation, exam prep, preparation course, prep "
        "course, nachhilfe, remedial, extra classes, paid classes, supplemental instruction, "
        "supplementary lessons, tutoria*, schoolsup, school support, academic support",
    ),
    Hint(
        "support at home",
        "parental involvement, parent involvement, parental support, parent support, family support, "
        "famsup, family involvement, apoyo familiar, apoio familiar",
    ),
)
"""Things that a mentor and a school can work on."""
