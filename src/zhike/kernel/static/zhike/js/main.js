// Starts everything. Behaviour hangs on data attributes and is delegated from the document, so that
// fragments swapped in by htmx need no set-up; the few things with state of their own are Alpine components.
import Alpine from "../../vendor/alpine.js";
import "./net.js";
import "./toast.js";
import "./dialog.js";
import "./drawer.js";
import "./menu.js";
import "./selection.js";
import "./keys.js";
import "./palette.js";
import "./prefs.js";
import "./inline.js";
import "./small.js";
import "./sort.js";
import "./mention.js";
import "./pick.js";
import "./chart.js";
import composer from "./composer.js";
import filterEditor from "./filter.js";

Alpine.data("composer", composer);
Alpine.data("filterEditor", filterEditor);
Alpine.start();
