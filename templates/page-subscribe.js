// Fills in the reader's time zone. Nothing else, and nothing is loaded from anywhere.
document.getElementById("timezone").value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
