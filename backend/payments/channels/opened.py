"""Opens the channels that the settings name, with the keys that lie in the keys folder."""

from collections.abc import Mapping
from pathlib import Path

from backend.payments import channels
from backend.payments.channels import Channel, InsurancePort
from backend.payments.channels.alipay import Alipay, app
from backend.payments.channels.insurance import Institution, Insurance
from backend.payments.channels.insurance import read as read_insurance_keys
from backend.payments.channels.wechat import WeChat, merchant
from backend.payments.lifecycle.statuses import ChannelName
from backend.settings import Settings

NOTICES = "/v1/payment-notices/"


def open_all(said: Settings) -> None:
    """Give this process its channels; one that has no address is not offered.

    :raises ValueError: a key is missing, unreadable or too short
    """
    found, port = of(said)
    channels.use(found, insurance=port)


def of(said: Settings) -> tuple[Mapping[ChannelName, Channel], InsurancePort | None]:
    """The channels and the port that the settings name.

    :raises ValueError: a key is missing, unreadable or too short
    """
    folder = Path(said.keys_folder)
    institution = Institution(said.insurance_code, said.insurance_name)
    found: dict[ChannelName, Channel] = {}
    if said.wechat:
        found[ChannelName.WECHAT] = WeChat(
            said.wechat,
            merchant.read(
                folder,
                mchid=said.wechat_mchid,
                appid=said.wechat_appid,
                serial=said.wechat_serial,
            ),
            notices_url=_notices(said, ChannelName.WECHAT),
            institution=institution,
        )
    if said.alipay:
        found[ChannelName.ALIPAY] = Alipay(
            said.alipay,
            app.read(folder, app_id=said.alipay_app_id, seller_id=said.alipay_seller_id),
            notices_url=_notices(said, ChannelName.ALIPAY),
        )
    port = (
        Insurance(said.insurance, read_insurance_keys(folder), institution)
        if said.insurance
        else None
    )
    return found, port


def _notices(said: Settings, name: ChannelName) -> str:
    return f"{said.public_url.rstrip('/')}{NOTICES}{name}"
