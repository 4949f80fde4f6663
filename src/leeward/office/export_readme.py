"""The text that lies beside an export, for whoever opens it without Leeward, perhaps years later."""

from __future__ import annotations

README = """\
This folder is an export. Everything in it except this text and manifest.json is sealed.
It opens with the program "age", version 1.3 or later, and the passphrase of the export.
Anyone who has both can read everything, so treat the passphrase as you treat the people in here.

1. The keys

     age --decrypt --output secrets.txt secrets.age        (it asks for the passphrase)

   The first line of secrets.txt reads "leeward-secrets-1" and a number. That number of bytes after
   the line is JSON; what follows are zeros, which hide the length:

     tail -n +2 secrets.txt | tr -d '\\000' > secrets.json

2. All records, each with its whole history, one JSON object a line

   Copy "records_identity" (it begins with AGE-SECRET-KEY-PQ-1) from secrets.json into a file
   records.key, then:

     age --decrypt --identity records.key --output records.jsonl records.age

   Times are milliseconds since 1970-01-01 UTC. Bytes are written as {"base64": "..."}.

3. The original signed entries and the files (only if you need them)

   Each folder below segments/ is named after a compartment. secrets.json lists that compartment's
   "identities", each with a number; put the key into a file compartment.key, then:

     age --decrypt --identity compartment.key segments/COMPARTMENT/DEVICE-000001.age

   A file's pieces are named in its record (field "pieces": "blob" is the name below blobs/). Decrypt
   each with the key of its record's compartment, drop the first line and, from what remains, keep as
   many bytes as the first line says; put the pieces together in order.

4. Is it whole?

   manifest.json names every file with its size and SHA-256. With Leeward:

     leeward restore THIS-FOLDER NEW-VAULT

   checks all of it, every signature included, and makes a vault with the same records.

When you are done, delete secrets.txt, secrets.json, every .key file and records.jsonl.
"""

README_SHARED = """\
This folder holds everything that one vault of Leeward could open, sealed. It opens with the words of NEEDED of
the people among whom it was shared out, as they have them on paper.

With Leeward:

     leeward recover NEW-VAULT --export THIS-FOLDER

asks for the words, checks every file and every signature, and makes a vault with the same records.

Without Leeward: docs/protocol.md 8 of its source says how a key is derived from the words (SLIP-39, then HKDF-SHA256),
and how the files in recovery/ give, together, what is called secrets.json in an export with a passphrase. Everything
here is a plain age file, so that the stock age tool (1.3 or later) goes on from there:

     age --decrypt --identity records.key --output records.jsonl records.age

manifest.json names every file with its size and SHA-256.
"""
