"""Words that tell what a column is for, in several languages; without accents, as ``words_of`` gives them.

Each hint is matched word by word, never inside a word: ``age`` is not in ``percentage``.
"""

from __future__ import annotations

from core.sources.columns.hints import Hint

SCORES = (
    "score, scores, grade, grades, mark, marks, points, gpa, cgpa, rank, note, noten, nota, notas, "
    "punkte, calificacion, puntaje, moyenne"
)
"""Names of results: numbers and features, whatever else stands in the name."""

PARENTS = (
    "parent, parents, parental, mother, mothers, father, fathers, guardian, guardians, family, mutter, "
    "vater, eltern, madre, padre, padres, mae, pai, pais, mere, pere, fedu, medu, mjob, fjob, mom, dad, "
    "mum, sibling, siblings"
)

OUTCOMES = (
    Hint(
        "an outcome",
        "target, outcome, outcomes, dropout, dropped out, drop out, dropouts, final result, final "
        "outcome, not retained, retained, retention, attrition, graduated, graduate, graduation status, "
        "withdrew, withdrawn, at risk, desercion, evasao, abandono, abandon, abbruch, abgebrochen, "
        "studienabbruch, completion status, hs grad, hsgrad, churn, persisted",
        unless=(
            "target school, target university, undergraduate, post graduate, parent, graduate school, "
            f"{PARENTS}"
        ),
    ),
    Hint(
        "an outcome",
        "status, student status, enrolment status, enrollment status, academic status, completion, "
        "completed, passed, pass, failed, fail, result, results, label, y, estado, situacao, situacion, "
        "estado final, ergebnis, bestanden, resultat",
        whole=True,
    ),
)
"""What may be the outcome; only ever a guess that a person confirms."""

NAMES = (
    Hint(
        "a name",
        "first name, last name, full name, family name, given name, middle name, student name, pupil "
        "name, learner name, preferred name, forename, surname, firstname, lastname, vorname, nachname, "
        "familienname, apellido, apellidos, sobrenome, prenom, nombre completo, nome completo, nickname, "
        "maiden name, name of student, names of students",
        unless="parent, school name",
    ),
    Hint(
        "a name",
        "name, names, nombre, nombres, nome, nom, student, 名前, 氏名, 姓名, имя, nomes, candidate",
        whole=True,
    ),
    Hint(
        "an e-mail address",
        "email, e mail, mail, emails, correo, courriel, email address",
        unless="mail count, emails sent, sent, opened",
    ),
    Hint(
        "a telephone number",
        "phone, telephone, mobile number, cell phone, telefon, telefono, telefone, celular, handynummer, "
        "whatsapp, phone number",
        unless="access, has, own, owns, hours, use, usage, smart",
    ),
    Hint(
        "an address",
        "address, street, anschrift, adresse, direccion, endereco, strasse",
        unless="email, ip, urban, rural, type",
    ),
)
"""What identifies or reaches a person."""

CONTACTS = (
    Hint(
        "contact with staff",
        "mentoring, mentor contact, mentor contacts, mentor meetings, mentor sessions, mentored, advisor "
        "meetings, adviser meetings, counseling sessions, counselling sessions, intervention, "
        "interventions, contacts with mentor, last contact, outreach",
        unless=SCORES,
    ),
    Hint(
        "who is in charge of the student",
        "mentor, mentor id, mentor name, advisor, advisor id, advisor name, adviser, adviser id, "
        "adviser name, counselor, counselor id, counsellor, counsellor id, coach, case worker, social worker",
        whole=True,
    ),
)
"""What the school itself did: never a feature, because it follows from the need."""

TERMS = (
    Hint(
        "a term",
        "term, semester, trimester, quarter, academic year, school year, academic term, term code, term "
        "id, semester code, schuljahr, studienjahr, trimestre, semestre, cuatrimestre, ano letivo, ano "
        "academico, ano escolar, annee, annee scolaire, cohort, cohort year, entry term, entry year, "
        "intake, start term, year of entry, admission term, admit term, term name, period, grading "
        "period, periodo, session year, jahrgang, cohort term, enrolment year, enrollment year, admission "
        "year, first term, term start, current term",
        whole=True,
    ),
)
YEARS = Hint("a year", "year, ano, jahr, an, yr, calendar year", whole=True)
"""A term only where the values are calendar years."""

STUDENT_WORDS = (
    "student, students, pupil, learner, candidate, person, participant, user, child, matric*, matrik*, "
    "enrolment, enrollment, registration, reg, roll, admission, applicant, alumno, estudiante, aluno, "
    "estudante, eleve, etudiant, schuler, studierenden, respondent"
)
ID_WORDS = (
    "id, ids, no, nr, num, number, code, key, uid, guid, uuid, numero, nummer, identifier, ident, hash, "
    "pseudonym"
)
ID_NAMES = Hint(
    "an id",
    "id, ids, uid, uuid, guid, sid, stuid, studid, studentid, pupilid, learnerid, personid, upn, emplid, "
    "matricno, matrikelnummer, matriculation number, matric, matricula, matrikel, legajo, carnet, "
    "expediente, record id, index number, username, user name, anon id, anonymous id, pseudonym, "
    "identifier, external id, sis id, lms id, student, student number, roll number, rollno, "
    "schulernummer, 学籍番号, id number, id no, id code, ra, dni, student key, respondent, nid, case id, row "
    "id",
    whole=True,
)
OTHER_THINGS = (
    "school, course, class, teacher, campus, program, programme, advisor, adviser, mentor, term, "
    "district, department, section, parent, family, household, module, region, faculty, college, group, "
    "tutor, exam, test, subject, major"
)
"""Things other than students that have an id of their own."""

CODES = (
    "code, codes, mode, type, course, occupation, qualification, job, profession, program, programme, "
    "major, degree, region, status, nationality, nacional*, country, school, department, faculty, "
    "college, campus, district, zip, zipcode, postcode, postal, plz, ward, group, category, class, "
    "section, track, stream, language, religion, race, ethnic*, gender, sex, sector, industry, reason, "
    "method, state, city, county, field, kind, cluster, curso, escuela, escola, ecole, schule, "
    "studiengang, fach, beruf, abschluss, ocupacao, ocupacion, profesion, profissao, turno, mjob, fjob, "
    "marital"
)
"""Names whose whole numbers are codes for something, not amounts."""

AMOUNTS = (
    f"{SCORES}, rate, hours, hour, time, minutes, days, weeks, number of, number, nr, num, count, counts, "
    "n, total, sum, order, age, ages, income, amount, fee, fees, average, avg, mean, percent, percentage, "
    "pct, years, units, credits, sessions, absences, size, distance, attempts, visits, logins, clicks, "
    "cost, price, weight, height, index, ratio, share, per, frequency, salary, balance, duration, horas, "
    "stunden, heures, anzahl, idade, edad, alter"
)
"""Names whose numbers are amounts."""
