"""The environment, read once into one frozen value; what is unsafe refuses to start."""

import os
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import msgspec


class Mode(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class UnsafeSettingError(Exception):
    """A setting that must not go to production. The message names it in one sentence."""


# Whoever names a channel says who we are to it.
NEEDED_FOR_MONEY = {
    "wechat": ("public_url", "wechat_mchid", "wechat_appid", "wechat_serial"),
    "alipay": ("public_url", "alipay_app_id", "alipay_seller_id"),
    "insurance": ("insurance_code", "insurance_name"),
}


class Settings(msgspec.Struct, frozen=True):
    """One field a variable: `database_url` is read from `DATABASE_URL`."""

    mode: Mode = Mode.PRODUCTION
    database_url: str = ""
    redis_url: str = ""
    keys_folder: str = ""  # token-<kid>.pem, data-<kid>.key, lookup.key
    files_folder: str = ""
    files: str = "folder"  # folder, or the address of a bucket that speaks S3
    files_access_key: str = ""
    files_secret_key: str = ""
    files_region: str = "us-east-1"
    host: str = "127.0.0.1"
    port: int = 8000
    issuer: str = "https://bedside.local"
    audience: str = "bedside"
    policy_profile: str = "shanghai"
    sms: str = "log"  # log, or the address of an SMS gateway
    sms_token: str = ""
    push: str = "inbox"  # inbox, or the address of a push gateway
    public_url: str = ""  # where providers of payments reach us: they are told of it
    wechat: str = ""  # the address of 微信支付; without one it is not offered
    wechat_mchid: str = ""
    wechat_appid: str = ""
    wechat_serial: str = ""  # of our own certificate
    alipay: str = ""  # the address of 支付宝's gateway; without one it is not offered
    alipay_app_id: str = ""
    alipay_seller_id: str = ""
    insurance: str = ""  # the address of the 医保 front end; without one all is paid in cash
    insurance_code: str = ""  # 定点医药机构编码
    insurance_name: str = ""
    trust_first_device: bool = False  # development only: nobody has to approve the first phone
    debug: bool = False
    database_connections: int = 8  # a process: more would share the same cores and caches
    trusted_proxies: str = ""
    log_retention_days: int = 180

    def check(self) -> "Settings":
        """Refuse what is missing or unsafe.

        :raises UnsafeSettingError: naming the variable and what it should be
        """
        for name in ("database_url", "redis_url", "keys_folder", "files_folder"):
            if not getattr(self, name):
                raise UnsafeSettingError(f"{name.upper()} is not set.")
        for name, needed in NEEDED_FOR_MONEY.items():
            for other in needed:
                if getattr(self, name) and not getattr(self, other):
                    raise UnsafeSettingError(
                        f"{other.upper()} is not set, and {name.upper()} needs it."
                    )
        if self.mode is Mode.PRODUCTION:
            self._check_production()
        return self

    def _check_production(self) -> None:
        unsafe = {
            "DEBUG must be off in production.": self.debug,
            "TRUST_FIRST_DEVICE must be off in production.": self.trust_first_device,
            "SMS must be the https address of a gateway in production.": not self.sms.startswith(
                "https://"
            ),
            "ISSUER must be an https address in production.": not self.issuer.startswith(
                "https://"
            ),
            "FILES must be folder, or the https address of a bucket in production.": (
                self.files != "folder" and not self.files.startswith("https://")
            ),
            # 网络安全法 art. 21(3): network logs are kept for at least six months.
            "LOG_RETENTION_DAYS must be at least 180.": self.log_retention_days < 180,  # noqa: PLR2004
        }
        for name in ("wechat", "alipay", "insurance", "public_url"):
            said = getattr(self, name)
            unsafe[f"{name.upper()} must be an https address in production."] = bool(
                said
            ) and not said.startswith("https://")
        for sentence, is_unsafe in unsafe.items():
            if is_unsafe:
                raise UnsafeSettingError(sentence)
        own = ("wechat-merchant.pem", "alipay-app.pem", "insurance-own.pem")
        for file in (Path(self.keys_folder) / name for name in own):
            if file.exists() and file.stat().st_mode & 0o077:
                raise UnsafeSettingError(f"The key {file.name} may be read by others.")
        for file in Path(self.keys_folder).glob("*.key"):
            if len(file.read_bytes()) < 32:  # noqa: PLR2004 - AES-256 and HMAC-SHA256 keys
                raise UnsafeSettingError(f"The key {file.name} is shorter than 32 bytes.")
            if file.stat().st_mode & 0o077:
                raise UnsafeSettingError(f"The key {file.name} may be read by others.")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    said = {
        name: os.environ[name.upper()]
        for name in Settings.__struct_fields__
        if os.environ.get(name.upper())
    }
    try:
        return msgspec.convert(said, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise UnsafeSettingError(f"The environment cannot be read: {error}.") from error
