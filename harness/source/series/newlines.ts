const telling = /^(diff --git |--- .*\r?\n\+\+\+ |@@ -\d)/m;

/**
 * Undoes CRLF line ends that a mail program or an editor put on a whole patch: they are on the diff's own header
 * lines too, which never belong to a file. Carriage returns that only the content lines have are the file's own.
 *
 * @param text bytes as characters (latin1).
 */
export function unixNewlines(text: string): string {
  const start = telling.exec(text)?.index ?? 0;
  const end = text.indexOf('\n', start);
  return end > 0 && text[end - 1] === '\r' ? text.replaceAll('\r\n', '\n') : text;
}
