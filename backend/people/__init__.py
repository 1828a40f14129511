"""人员与机构: persons, staff and organizations, their phones and sessions, and who may see whom.

One answer to "who may see whom": the care team (照护团队) and the delegations (授权).

    device     waiting ──trust──▶ trusted ──wipe──▶ wiped          (设备)
    session    open ──refresh──▶ open ──end──▶ ended               (登录)
    delegation live ──revoke──▶ revoked; expires by its date       (亲属授权)
    consent    given ──withdraw──▶ withdrawn                       (知情同意)
    in-house   filed ──confirm──▶ operating                        (内设医疗机构备案)
"""
