// The boundary to the browser's downloads.

/** Offers a Blob as a download under a name. */
export function saveAs(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the Blob by then; the address only must not go before the click was handled.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
