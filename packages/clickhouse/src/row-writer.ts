/**
 * Writes rows in ClickHouse's RowBinary format into one growing buffer.
 *
 * Shapes   one call per column, in the column order of the INSERT
 * Source   the RowBinary page of the ClickHouse manual: little endian, strings with a LEB128 length in front
 */
export class RowWriter {
  #buffer = Buffer.allocUnsafe(64 * 1024);
  #length = 0;
  rowCount = 0;

  endRow(): void {
    this.rowCount++;
  }

  /** The bytes written so far; the writer must not be used afterwards. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  string(text: string): void {
    // UTF-8 needs at most three bytes per UTF-16 unit; short strings take one byte of length.
    const bytesMax = text.length * 3;
    this.#reserve(bytesMax + 10);
    if (bytesMax < 128) {
      const written = this.#buffer.write(text, this.#length + 1);
      this.#buffer[this.#length] = written;
      this.#length += written + 1;
      return;
    }
    this.#varint(Buffer.byteLength(text));
    this.#length += this.#buffer.write(text, this.#length);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length + 10);
    this.#varint(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#length = this.#buffer.writeUInt16LE(value, this.#length);
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
  }

  /** A safe integer as Int64, UInt64 or DateTime64(3). */
  int64(value: number): void {
    this.#reserve(8);
    const high = Math.floor(value / 4_294_967_296);
    this.#buffer.writeUInt32LE(value - high * 4_294_967_296, this.#length);
    this.#length = this.#buffer.writeInt32LE(high, this.#length + 4);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#buffer[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#buffer[this.#length++] = rest;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
