"""The six regional presets: which countries each one means, every country in exactly one [choice 11]."""

REGIONS = {
    name: frozenset(countries.split())
    for name, countries in {
        "northamerica": ("US CA GL BM PM"),
        "latinamerica": (
            "MX GT BZ SV HN NI CR PA CU DO HT JM BS BB TT AG DM GD KN LC VC PR AW CW SX BQ KY "
            "TC VG VI AI MS GP MQ BL MF CO VE GY SR GF EC PE BO BR PY UY AR CL FK"
        ),
        "europe": (
            "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE "
            "GB NO IS LI CH AL AD BA BY FO GI GG IM JE XK MD MC ME MK RU SM RS UA VA AX SJ"
        ),
        "asiapacific": (
            "CN HK MO TW JP KR KP MN IN PK BD LK NP BT MV AF KZ KG TJ TM UZ AM AZ GE TH VN LA "
            "KH MM MY SG ID PH BN TL AU NZ PG FJ SB VU NC PF WS TO TV KI NR PW FM MH CK NU TK "
            "WF AS GU MP NF"
        ),
        "middleeast": ("AE SA QA KW BH OM YE IQ IR IL PS JO LB SY TR"),
        "africa": (
            "DZ AO BJ BW BF BI CV CM CF TD KM CG CD CI DJ EG GQ ER SZ ET GA GM GH GN GW KE LS "
            "LR LY MG MW ML MR MU YT MA MZ NA NE NG RE RW SH ST SN SC SL SO ZA SS SD TZ TG TN "
            "UG EH ZM ZW IO"
        ),
    }.items()
}
