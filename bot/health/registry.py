"""All checks of `ita-bot doctor`, a row each, in the order in which they are made."""

from bot.both_languages import BothLanguages
from bot.health.check import Check, Need
from bot.health.configuration_checks import (
    check_alternate,
    check_contact,
    check_desks_apart,
    check_holidays,
    check_knowledge,
    check_office,
    check_public_urls,
    check_secret_files,
    check_settings,
    check_staff,
)
from bot.health.directory_check import check_directory
from bot.health.platform_checks import check_accounts, check_clock
from bot.health.storage_checks import (
    check_audit_trails,
    check_data_folder,
    check_databases,
    check_evidence,
    check_key_changes,
    check_keys,
)
from bot.health.trace_checks import check_traces
from bot.health.upkeep_checks import (
    check_backup,
    check_certificates,
    check_disk,
    check_outbox,
    check_releases,
    check_server,
)

CHECKS: tuple[Check, ...] = (
    Check("settings", BothLanguages("การตั้งค่า", "settings"), Need.NOTHING, check_settings),
    Check("office", BothLanguages("office.toml", "office.toml"), Need.NOTHING, check_office),
    Check(
        "secrets", BothLanguages("สิทธิ์ของไฟล์โทเคน", "rights of token files"), Need.SETTINGS, check_secret_files
    ),
    Check("data", BothLanguages("โฟลเดอร์ข้อมูล", "data folder"), Need.SETTINGS, check_data_folder),
    Check("keys", BothLanguages("กุญแจ", "keys"), Need.DATABASES, check_keys),
    Check("desks", BothLanguages("สองโต๊ะแยกกัน", "desks apart"), Need.SETTINGS, check_desks_apart),
    Check(
        "addresses",
        BothLanguages("ที่อยู่เว็บ (PUBLIC_URL)", "public addresses"),
        Need.SETTINGS,
        check_public_urls,
    ),
    Check("database", BothLanguages("ฐานข้อมูล", "database"), Need.DATABASES, check_databases),
    Check(
        "alternate", BothLanguages("ผู้รับเรื่องแทน", "alternate officer"), Need.OFFICE_AND_DESKS, check_alternate
    ),
    Check("staff", BothLanguages("เจ้าหน้าที่", "staff"), Need.DESKS, check_staff),
    Check("knowledge", BothLanguages("คลังคำตอบ", "knowledge base"), Need.DESKS, check_knowledge),
    Check("audit", BothLanguages("บันทึกการตรวจสอบ", "audit trail"), Need.DESKS, check_audit_trails),
    Check("key-change", BothLanguages("การเปลี่ยนกุญแจ", "change of keys"), Need.DESKS, check_key_changes),
    Check("evidence", BothLanguages("ไฟล์หลักฐาน", "evidence"), Need.DESKS, check_evidence),
    Check("outbox", BothLanguages("ข้อความค้างส่ง", "messages waiting"), Need.DESKS, check_outbox),
    Check("releases", BothLanguages("การออกสถิติ", "releases"), Need.OFFICE_AND_DESKS, check_releases),
    Check("contact", BothLanguages("ติดต่อสำนักงาน", "office contact"), Need.OFFICE, check_contact),
    Check(
        "directory",
        BothLanguages("รายการช่องทางที่ลงนาม", "signed directory of channels"),
        Need.OFFICE,
        check_directory,
    ),
    Check("holidays", BothLanguages("วันหยุดราชการ", "public holidays"), Need.OFFICE, check_holidays),
    Check("disk", BothLanguages("พื้นที่ดิสก์", "disk space"), Need.SETTINGS, check_disk),
    Check("backup", BothLanguages("ชุดสำรอง", "backup"), Need.DATABASES, check_backup),
    Check("server", BothLanguages("เซิร์ฟเวอร์", "server"), Need.SETTINGS, check_server),
    Check(
        "accounts",
        BothLanguages("บัญชี Telegram และ LINE", "Telegram and LINE"),
        Need.PLATFORMS,
        check_accounts,
    ),
    Check("clock", BothLanguages("นาฬิกาของเครื่อง", "clock"), Need.PLATFORMS, check_clock),
    Check("certificate", BothLanguages("ใบรับรอง TLS", "TLS certificate"), Need.PLATFORMS, check_certificates),
    Check("traces", BothLanguages("ร่องรอยผู้แจ้งในบันทึก", "traces in logs"), Need.SETTINGS, check_traces),
)
