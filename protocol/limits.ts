/** The bounds of everything on the wire. They are part of the contract: see [P-20] in README.md. */

/** A whole MQTT payload, in bytes. */
export const MAX_MESSAGE_BYTES = 65_536;
/** Nesting of JSON arrays and objects. */
export const MAX_DEPTH = 16;
export const MAX_TITLE = 200;
export const MAX_TEXT = 2_000;
export const MAX_IDENTIFIER = 64;
/** A refusal lists at most so many bad fields, so that it fits into a report whatever was refused. */
export const MAX_PROBLEMS = 50;
export const MAX_PATH = 100;
export const MAX_PROBLEM = 150;
export const MAX_DETAIL = 500;
export const MAX_ADDRESSEES = 500;
export const MAX_TAGS = 64;
export const MAX_ITEMS = 20;
export const MAX_VARIANTS = 12;
export const MAX_URLS = 4;
export const MAX_INSTANTS = 100;
export const MAX_CHUNKS = 256;
/** One recording, in bytes: three hours of Opus at 48 kbit/s and some room. */
export const MAX_AUDIO_BYTES = 64 * 1024 * 1024;
export const MAX_AUDIO_MS = 3 * 60 * 60 * 1000;
/** Live orders that one index lists; more would not fit in one message. */
export const MAX_INDEX_ENTRIES = 300;
export const MAX_CANCELLED_ENTRIES = 60;
/** Keys in a manifest, and revoked ones that it remembers. */
export const MAX_KEYS = 100;
export const MAX_REVOKED_KEYS = 100;
export const MAX_PULLED_ORDERS = 300;
/** Airings in one answer about a journal; more would not fit in one message. */
export const MAX_RECALLED_AIRINGS = 300;
