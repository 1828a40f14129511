"""What was seen, measured and written about a person (记录 records).

    observation 体征 one reading ──void──▶ voided, never deleted
    note 病程记录      DRAFT ──sign──▶ SIGNED, amended by another note, never changed
    assessment 评估    an instrument's answers and score; edited, each version kept
    incident 事件      a fall, a change of condition
    emergency 紧急呼救  a person and a point are enough

A reading that alerts, an incident with a red sign and every emergency are told to the doctor and
to the relatives who asked to be notified.
"""
