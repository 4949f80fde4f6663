/** Files cut into pieces, hashed on the way. */
import { sha256 } from "@noble/hashes/sha2.js";
import { toHex, wellFormed } from "./bytes.js";
import { absorb } from "./digest.js";
import { fileKeys, PIECE_PLAIN, sealPiece, type FileKeys, type Piece, type SealedPiece } from "./pieces.js";
import { FileUnreadable, sealing, type FileNote } from "./message.js";

async function readPart(file: File, start: number, end: number): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.slice(start, end).arrayBuffer());
  } catch {
    throw new FileUnreadable(file.name);
  }
  if (bytes.length !== end - start) throw new FileUnreadable(file.name);
  return bytes;
}

/** One file on its way: it remembers which pieces were sealed, so that going on costs nothing twice. */
export class FileParts {
  readonly pieces: Piece[] = [];
  private readonly hash = sha256.create();
  private readonly keys: FileKeys;

  constructor(private readonly file: File, upload: string, recipient: string) {
    this.keys = fileKeys(upload, { name: wellFormed(file.name), size: file.size, type: file.type }, recipient);
  }

  get size(): number {
    return this.file.size;
  }

  /** All pieces were sealed at least once. */
  get complete(): boolean {
    return this.pieces.length * PIECE_PLAIN >= this.file.size;
  }

  /** Plain bytes of a piece. */
  plainSize(number: number): number {
    return Math.min(PIECE_PLAIN, this.file.size - number * PIECE_PLAIN);
  }

  /** Seal the next piece. */
  async next(): Promise<SealedPiece> {
    const number = this.pieces.length;
    const plain = await this.read(number);
    return sealing(async () => {
      const sealed = await sealPiece(this.keys, number, plain);
      await absorb(this.hash, plain);
      this.pieces.push(sealed.piece);
      return sealed;
    });
  }

  /** Seal a piece once more; it comes out the same, or the file is not what it was. */
  async again(number: number): Promise<SealedPiece> {
    const plain = await this.read(number);
    const sealed = await sealing(() => sealPiece(this.keys, number, plain));
    if (sealed.piece.sha256 !== this.pieces[number]!.sha256) throw new FileUnreadable(this.file.name);
    return sealed;
  }

  /** What the report says of this file. */
  note(): FileNote {
    const { name, type, size } = this.file;
    return { name: wellFormed(name), type, size, sha256: toHex(this.hash.clone().digest()), pieces: this.pieces };
  }

  private read(number: number): Promise<Uint8Array> {
    const start = number * PIECE_PLAIN;
    return readPart(this.file, start, start + this.plainSize(number));
  }
}
