"use strict";
// Asks for news without pause; when there is some, takes the new page's parts into this one, so that neither the page nor a
// frame loses the place the editor is looking at.
(function () {
  var note = document.getElementById("live");

  function say(words, state) {
    note.textContent = words;
    note.className = "live " + state;
  }

  // Into the document that is there: a frame that loads anew turns white for a moment, forgets its place, and takes longer.
  function turn(frame, path, html)
  {
	  if (frame.contentDocument && frame.contentDocument.documentElement)
		  frame.contentDocument.documentElement.innerHTML = html;
	  else
		  frame.src = path;
  }

  // A message is fetched once for all frames that show it.
  function turnAll(page)
  {
	  var messages = {};
	  page.querySelectorAll("iframe").forEach(function(fresh) {
		  var path = fresh.getAttribute("src"),
		      frame = document.querySelector("iframe[name=" + fresh.name + "]");
		  messages[path] = messages[path] ||
				   fetch(path, { cache : "no-store" }).then(function(answer) {
					   return answer.text();
				   });
		  messages[path].then(function(html) {
			  turn(frame, path, html);
		  });
	  });
  }

  function take(text) {
    var page = new DOMParser().parseFromString(text, "text/html"), body = page.body;
    if (!body.dataset.id || body.dataset.whole !== document.body.dataset.whole || body.dataset.whole !== "true") {
      location.reload();
      return;
    }
    document.title = page.title;
    document.body.dataset.id = body.dataset.id;
    turnAll(page);
    page.querySelectorAll("[data-swap]").forEach(function(part) {
	    var old = document.querySelector("[data-swap=" + part.dataset.swap + "]");
	    var scrolled = old.querySelector("pre") ? old.querySelector("pre").scrollTop : 0;
	    old.innerHTML = part.innerHTML;
	    if (scrolled) old.querySelector("pre").scrollTop = scrolled;
    });
  }

  function ask() {
	  fetch("changes?seen=" + document.body.dataset.id, { cache : "no-store" })
		  .then(function(answer) {
			  if (answer.status === 200)
				  return answer.text().then(take);
			  if (answer.status !== 204)
				  throw new Error(answer.status);
		  })
		  .then(
			  function() {
				  say("follows what is saved", "on");
				  ask();
			  },
			  function() {
				  say("the preview has ended; this page is old", "off");
				  setTimeout(ask, 1000);
			  });
  }

  say("follows what is saved", "on");
  ask();
}());
