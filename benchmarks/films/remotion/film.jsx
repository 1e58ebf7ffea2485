// The benchmark's edit as a Remotion composition: what is cut, and when, comes as properties.
import React from "react";
import {
  AbsoluteFill,
  Audio,
  Composition,
  Img,
  OffthreadVideo,
  Sequence,
  interpolate,
  registerRoot,
  staticFile,
  useCurrentFrame,
} from "remotion";

const Dissolved = ({ frames, children }) => {
  const frame = useCurrentFrame();
  const opacity = frames ? Math.min(1, frame / frames) : 1;
  return <AbsoluteFill style={{ opacity }}>{children}</AbsoluteFill>;
};

const centered = { alignItems: "center", justifyContent: "center" };
const lettered = { color: "white", fontFamily: "sans-serif", fontSize: 64, textAlign: "center" };

const Card = ({ company, action, website }) => {
  const risen = interpolate(useCurrentFrame(), [0, 15], [40, 0], { extrapolateRight: "clamp" });
  return (
    <AbsoluteFill style={{ ...centered, background: "linear-gradient(#20306a, #c2571a)" }}>
      <div style={{ ...lettered, transform: `translateY(${risen}px)` }}>
        <div>{company}</div>
        <div style={{ margin: 48, padding: "24px 48px", borderRadius: 24, background: "#101830" }}>{action}</div>
        <div style={{ fontSize: 36 }}>{website}</div>
      </div>
    </AbsoluteFill>
  );
};

const Caption = ({ words }) => {
  const frame = useCurrentFrame();
  const said = words.findLastIndex(({ from }) => from <= frame);
  return (
    <AbsoluteFill style={{ ...centered, justifyContent: "flex-end", paddingBottom: 320 }}>
      <div style={{ ...lettered, fontSize: 40, padding: "8px 20px", background: "rgb(0 0 0 / 70%)" }}>
        {words.map(({ text }, index) => (
          <span key={index} style={{ color: index === said ? "#ffd040" : "white" }}>{`${text} `}</span>
        ))}
      </div>
    </AbsoluteFill>
  );
};

const Film = ({ clips, titles, cues, card, joint, logo, voice, voiceFrom, music }) => (
  <AbsoluteFill style={{ background: "black" }}>
    {clips.map(({ file, from, frames }, index) => (
      <Sequence key={index} from={from} durationInFrames={frames}>
        <Dissolved frames={index ? joint : 0}>
          <OffthreadVideo muted src={staticFile(file)} />
        </Dissolved>
      </Sequence>
    ))}
    <Sequence durationInFrames={card.from}>
      <Img src={staticFile(logo)} style={{ position: "absolute", left: 40, top: 200, width: 180 }} />
    </Sequence>
    {titles.map(({ text, from, frames }, index) => (
      <Sequence key={`title ${index}`} from={from} durationInFrames={frames}>
        <div style={{ ...lettered, position: "absolute", left: 40, top: 320 }}>{text}</div>
      </Sequence>
    ))}
    {cues.map(({ words, from, frames }, index) => (
      <Sequence key={`cue ${index}`} from={from} durationInFrames={frames}>
        <Caption words={words} />
      </Sequence>
    ))}
    <Sequence from={card.from} durationInFrames={card.frames}>
      <Dissolved frames={joint}>
        <Card {...card} />
      </Dissolved>
    </Sequence>
    <Sequence from={voiceFrom}>
      <Audio src={staticFile(voice)} />
    </Sequence>
    <Audio loop src={staticFile(music)} volume={0.2} />
  </AbsoluteFill>
);

registerRoot(() => (
  <Composition
    id="Film"
    component={Film}
    fps={30}
    width={720}
    height={1280}
    durationInFrames={450}
    defaultProps={{ clips: [], titles: [], cues: [], card: { from: 0, frames: 1 }, joint: 15, frames: 450 }}
    calculateMetadata={({ props }) => ({
      durationInFrames: props.frames,
      width: props.width,
      height: props.height,
    })}
  />
));
