// What a worker is started from. No module imports this one: WebKit runs the file that a worker was started from once more where a part of it
// is imported, and whatever is asked next is answered by a second worker in the first one's place, in which no file is open.
import './worker';
